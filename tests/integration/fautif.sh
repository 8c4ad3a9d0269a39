#!/bin/sh
# A client with faults that vendors make: the certificate is named as it pleases, two files bear the same name, the
# household that was just registered is created again (the profile souple takes it), and no answer is read.
set -eu
envoyer() {
    {
        printf -- '--limite\r\nContent-Type: application/xop+xml; charset=UTF-8; type="application/soap+xml"\r\n'
        printf 'Content-ID: <racine>\r\n\r\n'
        cat <<FIN
<soap:Envelope xmlns:soap="http://www.w3.org/2003/05/soap-envelope"
 xmlns:ws="http://ws.metier.nuu.application.i2/" xmlns:xop="http://www.w3.org/2004/08/xop/include">
<soap:Body><ws:numUniqueParametres>
<nomFichierDemande>DEMG1226-201803151200-000000.xml</nomFichierDemande>
<fichierDemande ws:contentType="text/xml"><xop:Include href="cid:demande"/></fichierDemande>
<nomCertificat>certificat.pem</nomCertificat><certificat/>
</ws:numUniqueParametres></soap:Body></soap:Envelope>
FIN
        printf '\r\n--limite\r\nContent-Type: text/xml\r\nContent-ID: <demande>\r\n\r\n'
        cat "$1"
        printf '\r\n--limite--\r\n'
    } | curl --silent --output /dev/null --data-binary @- \
        --cacert "$SNE_CA_FILE" --cert "$SNE_CERT_FILE" --key "$SNE_KEY_FILE" \
        --header "Content-Type: multipart/related; type=\"application/xop+xml\"; start=\"<racine>\"; \
start-info=\"application/soap+xml\"; boundary=\"limite\"; action=\"http://ws.metier.nuu.application.i2/getNumUnique\"" \
        "$SNE_ENDPOINT_DEMANDE_LOGEMENT"
}
envoyer "$1"
envoyer "$1"
