-- What wrk asks (charge.py): the requests of a file, each once, until all are answered or its time is over.

local ffi = require("ffi")
ffi.cdef("int getpid(void); int kill(int pid, int signal);")

local fil

function setup(un)
  fil = un
end

function init(arguments)
  requetes, rang, recues, faute = {}, 0, 0, ""
  local fichier = assert(io.open(arguments[1], "rb"))
  for taille in fichier:lines() do
    table.insert(requetes, fichier:read(tonumber(taille)))
  end
  fichier:close()
end

-- wrk calls it once before it begins, to see what it is. An empty request is none: the connection rests.
function request()
  rang = rang + 1
  return requetes[math.max(1, rang - 1)] or ""
end

function response(statut, en_tetes, corps)
  recues = recues + 1
  if statut ~= 200 or not corps:find(":numUnique>", 1, true) or corps:find(":listeAnomalie", 1, true) then
    faute = "no numéro: " .. statut .. " " .. corps:sub(1, 3000)
  end
  if recues == #requetes then
    ffi.C.kill(ffi.C.getpid(), 2)
  end
end

function done(bilan, latences)
  local erreurs = bilan.errors
  io.stderr:write(fil:get("faute"))
  for _, nombre in ipairs({
    erreurs.connect + erreurs.read + erreurs.write + erreurs.timeout,
    fil:get("recues"),
    bilan.duration,
    latences:percentile(50),
    latences:percentile(99),
  }) do
    io.write(nombre, " ")
  end
end
