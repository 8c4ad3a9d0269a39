package org.testcontainers.containers.wait.strategy;
public class Wait {
    public static Wait forHttp(String chemin) { return new Wait(); }
    public Wait forPort(int port) { return this; }
}
