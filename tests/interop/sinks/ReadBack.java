// A query (ITI-18) and a retrieval (ITI-43) with JAX-WS RI: SOAP, MTOM and XOP are the stack's own.
//   java ReadBack URL QUERY.xml UNIQUE_ID OUT mtom|plain
// QUERY.xml is the AdhocQueryRequest. Prints the status of the query and the uniqueId of each document found, then the status
// of the retrieval; the document is written to OUT.

import java.io.InputStream;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import javax.activation.DataHandler;
import javax.xml.bind.JAXBContext;
import javax.xml.bind.JAXBElement;
import javax.xml.bind.annotation.*;
import javax.xml.namespace.QName;
import javax.xml.transform.Source;
import javax.xml.transform.TransformerFactory;
import javax.xml.transform.dom.DOMResult;
import javax.xml.transform.stream.StreamSource;
import javax.xml.ws.BindingProvider;
import javax.xml.ws.Dispatch;
import javax.xml.ws.Service;
import javax.xml.ws.soap.AddressingFeature;
import javax.xml.ws.soap.MTOMFeature;
import javax.xml.ws.soap.SOAPBinding;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

public class ReadBack {
  static final String XDS = "urn:ihe:iti:xds-b:2007";
  static final String RS = "urn:oasis:names:tc:ebxml-regrep:xsd:rs:3.0";
  static final String RIM = "urn:oasis:names:tc:ebxml-regrep:xsd:rim:3.0";
  static final String UNIQUE = "urn:uuid:2e82c1f6-a085-4c72-9da3-8640a32e42ab";
  static final String REPOSITORY = "2.999.250.90";

  @XmlRootElement(name = "RetrieveDocumentSetRequest", namespace = XDS)
  @XmlAccessorType(XmlAccessType.FIELD)
  public static class Request {
    @XmlElement(name = "DocumentRequest", namespace = XDS) public Wanted wanted = new Wanted();
  }

  @XmlAccessorType(XmlAccessType.FIELD)
  public static class Wanted {
    @XmlElement(name = "RepositoryUniqueId", namespace = XDS) public String repository = REPOSITORY;
    @XmlElement(name = "DocumentUniqueId", namespace = XDS) public String unique;
  }

  @XmlRootElement(name = "RetrieveDocumentSetResponse", namespace = XDS)
  @XmlAccessorType(XmlAccessType.FIELD)
  public static class Response {
    @XmlElement(name = "RegistryResponse", namespace = RS) public Status status;
    @XmlElement(name = "DocumentResponse", namespace = XDS) public List<Found> found;
  }

  @XmlAccessorType(XmlAccessType.FIELD)
  public static class Status {
    @XmlAttribute public String status;
  }

  @XmlAccessorType(XmlAccessType.FIELD)
  public static class Found {
    @XmlElement(name = "mimeType", namespace = XDS) public String kind;
    @XmlElement(name = "Document", namespace = XDS) @XmlMimeType("application/octet-stream") public DataHandler content;
  }

  public static void main(String[] given) throws Exception {
    QName port = new QName(XDS, "Port");
    Service service = Service.create(new QName(XDS, "Service"));
    service.addPort(port, SOAPBinding.SOAP12HTTP_BINDING, given[0]);

    Dispatch<Source> registry =
        service.createDispatch(port, Source.class, Service.Mode.PAYLOAD, new AddressingFeature(true));
    act(registry, "urn:ihe:iti:2007:RegistryStoredQuery");
    Source answer = registry.invoke(new StreamSource(new StringReader(Files.readString(Path.of(given[1])))));
    DOMResult tree = new DOMResult();
    TransformerFactory.newInstance().newTransformer().transform(answer, tree);
    Document read = (Document) tree.getNode();
    System.out.println(read.getDocumentElement().getAttribute("status"));
    NodeList ids = read.getElementsByTagNameNS(RIM, "ExternalIdentifier");
    for (int i = 0; i < ids.getLength(); i++) {
      Element one = (Element) ids.item(i);
      if (UNIQUE.equals(one.getAttribute("identificationScheme"))) System.out.println(one.getAttribute("value"));
    }

    Request request = new Request();
    request.wanted.unique = given[2];
    Dispatch<Object> repository =
        service.createDispatch(
            port,
            JAXBContext.newInstance(Request.class, Response.class),
            Service.Mode.PAYLOAD,
            new MTOMFeature(given[4].equals("mtom"), 0),
            new AddressingFeature(true));
    act(repository, "urn:ihe:iti:2007:RetrieveDocumentSet");
    Object back = repository.invoke(request);
    Response response = (Response) (back instanceof JAXBElement ? ((JAXBElement<?>) back).getValue() : back);
    System.out.println(response.status.status);
    if (response.found != null)
      for (Found one : response.found)
        try (InputStream content = one.content.getInputStream()) {
          Files.copy(content, Path.of(given[3]), StandardCopyOption.REPLACE_EXISTING);
        }
  }

  static void act(Dispatch<?> dispatch, String action) {
    dispatch.getRequestContext().put(BindingProvider.SOAPACTION_USE_PROPERTY, true);
    dispatch.getRequestContext().put(BindingProvider.SOAPACTION_URI_PROPERTY, action);
  }
}
