# An instance to share: make image && docker run -p 8443:8443 -p 8080:8080 -v sne:/data sne-sandbox
# `make image` pins the base by its digest (`make epingler` does so alone, or moves it on), and gives the version.
ARG BASE=python:3.13-slim
FROM ${BASE} AS build
WORKDIR /src
COPY pyproject.toml uv.lock README.md LICENSE ./
# The uv of the lock.
RUN pip install --no-cache-dir uv==$(sed -n '/^name = "uv"$/{n;s/^version = "\(.*\)"/\1/p;}' uv.lock)
COPY sandbox sandbox
COPY contracts contracts
COPY fixtures fixtures
COPY docs docs
# Twice pip: the exported requirements have hashes, and with them pip refuses the wheel, which has none.
RUN uv export --quiet --locked --no-dev --all-extras --no-emit-project -o requirements.txt \
    && uv build --quiet --wheel \
    && python -m venv /opt/sne-sandbox \
    && /opt/sne-sandbox/bin/pip install --no-cache-dir --no-deps -r requirements.txt \
    && /opt/sne-sandbox/bin/pip install --no-cache-dir --no-deps dist/*.whl
# The templates of the console and of the report, compiled as pip compiles modules: the user of the image may write neither.
RUN /opt/sne-sandbox/bin/python -c "from pathlib import Path; \
from sne_conformite.rapports.rapport_html import environnement; \
from sne_console.cadre.application_console import construire; \
from sne_sandbox.web.configuration_et_services import Configuration; \
from sne_sandbox.web.parties_au_besoin import Aiguillage; \
gabarits = construire(Aiguillage(Configuration(home=Path('/tmp/home')))).jinja_env; \
[gabarits.get_template(nom) for nom in gabarits.list_templates()]; \
environnement(Path()).get_template('rapport.html.j2')"

FROM ${BASE}
ARG VERSION
LABEL org.opencontainers.image.title="sne-sandbox" \
      org.opencontainers.image.description="Bac à sable non officiel de la base école du SNE, interface 5.2" \
      org.opencontainers.image.licenses="MIT" \
      org.opencontainers.image.version="${VERSION}"
COPY --from=build /opt/sne-sandbox /opt/sne-sandbox
RUN useradd --create-home --uid 1000 sne && mkdir /data && chown sne /data
USER sne
ENV PATH=/opt/sne-sandbox/bin:$PATH SNE_SANDBOX_HOME=/data
VOLUME /data
EXPOSE 8443 8080
# /readyz, by HTTP, else by HTTPS: on the ports of SNE_SANDBOX_HTTP_PORT and SNE_SANDBOX_HTTPS_PORT, as `serve`.
HEALTHCHECK --interval=10s --timeout=10s --start-period=30s CMD ["sne-sandbox", "sante"]
# Not on loopback: the admin token is in /data/jeton, or given by SNE_SANDBOX_ADMIN_TOKEN (or _FILE).
ENTRYPOINT ["sne-sandbox"]
CMD ["serve", "--host", "0.0.0.0"]
