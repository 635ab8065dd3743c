/** Olivier, an LGO in Java that shares nothing with the reference LGO: {@code java Olivier PORT [--mistake NAME]...}. */
public final class Olivier {
    public static void main(String[] args) throws Exception {
        // The server of the JDK sends head and body apart; without this each answer waits 40 ms for an acknowledgement.
        System.setProperty("sun.net.httpserver.nodelay", "true");
        Choices.take("right", System.getenv("OLIVIER_CHOICES"));
        Choices.take("wrong", System.getenv("OLIVIER_MISTAKES"));
        int port = 0;
        for (int i = 0; i < args.length; i++) {
            if (args[i].equals("--mistake")) Choices.take("wrong", args[++i]);
            else port = Integer.parseInt(args[i]);
        }
        var server = new Counter().open(port);
        System.out.println("Olivier http://127.0.0.1:" + server.getAddress().getPort());
        System.out.flush();
    }
}
