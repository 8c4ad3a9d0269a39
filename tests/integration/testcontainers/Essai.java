import java.nio.file.Path;
import org.testcontainers.containers.GenericContainer;
public class Essai {
    public static void main(String[] mots) throws Exception {
        SneSandboxContainer sne = new SneSandboxContainer("registre.exemple.fr/sne-sandbox:0.2.0");
        System.out.println(GenericContainer.jeton);
        String[] ports = new String(System.in.readNBytes(11)).split(" ");
        GenericContainer.http = Integer.parseInt(ports[0]);
        GenericContainer.https = Integer.parseInt(ports[1]);
        sne.certificat("G1226", Path.of(mots[0]));
        char[] motDePasse = sne.motDePasse().toCharArray();
        java.security.KeyStore.getInstance(Path.of(mots[0], "G1226.p12").toFile(), motDePasse);
        System.out.println(sne.url() + " " + sne.conforme(Path.of(mots[0])));
    }
}
