import java.util.EnumSet;
import javax.servlet.DispatcherType;
import org.apache.solr.servlet.CoreContainerProvider;
import org.apache.solr.servlet.SolrDispatchFilter;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.servlet.DefaultServlet;
import org.eclipse.jetty.servlet.FilterHolder;
import org.eclipse.jetty.servlet.ServletContextHandler;
import org.eclipse.jetty.servlet.ServletHolder;

/** A standalone Solr on a loopback port from its jars alone: RunSolr HOME PORT, where HOME holds solr.xml and the cores. */
public class RunSolr {
  public static void main(String[] args) throws Exception {
    String home = args[0];
    int port = Integer.parseInt(args[1]);
    System.setProperty("solr.solr.home", home);
    System.setProperty("jetty.port", String.valueOf(port));

    Server server = new Server();
    ServerConnector connector = new ServerConnector(server);
    connector.setHost("127.0.0.1");
    connector.setPort(port);
    server.addConnector(connector);

    ServletContextHandler root = new ServletContextHandler(server, "/solr", ServletContextHandler.SESSIONS);
    root.setResourceBase(home);
    root.addEventListener(new CoreContainerProvider());
    FilterHolder filter = root.addFilter(SolrDispatchFilter.class, "/*", EnumSet.of(DispatcherType.REQUEST));
    filter.setAsyncSupported(true);
    ServletHolder none = new ServletHolder("none", DefaultServlet.class); // a filter needs a servlet behind it
    none.setInitParameter("dirAllowed", "false");
    root.addServlet(none, "/");

    server.setStopAtShutdown(true);
    server.start();
    server.join();
  }
}
