package org.testcontainers.containers;
import org.testcontainers.containers.wait.strategy.Wait;
public class GenericContainer<T> implements AutoCloseable {
    public static String jeton; public static int http, https;
    public GenericContainer(String image) {}
    public void withEnv(String nom, String valeur) { jeton = valeur; }
    public void withExposedPorts(Integer... ports) {}
    public void waitingFor(Wait quoi) {}
    public String getHost() { return "127.0.0.1"; }
    public Integer getMappedPort(int port) { return port == 8443 ? https : http; }
    public void close() {}
}
