// A submission to the DMP (ITI-41) with JAX-WS RI: MTOM is the stack's own, nothing of the message is written here but the
// metadata, given as XML.
//   java Submit URL METADATA.xml DOCUMENT [DOCUMENT_ID]
// Prints the status of the RegistryResponse, then each error code.

import java.io.ByteArrayInputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.activation.DataHandler;
import javax.activation.FileDataSource;
import javax.xml.bind.JAXBContext;
import javax.xml.bind.JAXBElement;
import javax.xml.bind.annotation.*;
import javax.xml.namespace.QName;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.ws.BindingProvider;
import javax.xml.ws.Dispatch;
import javax.xml.ws.Service;
import javax.xml.ws.soap.AddressingFeature;
import javax.xml.ws.soap.MTOMFeature;
import javax.xml.ws.soap.SOAPBinding;
import org.w3c.dom.Element;

public class Submit {
  static final String XDS = "urn:ihe:iti:xds-b:2007";

  @XmlRootElement(name = "ProvideAndRegisterDocumentSetRequest", namespace = XDS)
  @XmlAccessorType(XmlAccessType.FIELD)
  public static class Request {
    @XmlAnyElement public Element metadata;
    @XmlElement(name = "Document", namespace = XDS) public List<Content> documents = new ArrayList<>();
  }

  @XmlAccessorType(XmlAccessType.FIELD)
  public static class Content {
    @XmlAttribute public String id;
    @XmlValue @XmlMimeType("application/octet-stream") public DataHandler value;
  }

  @XmlRootElement(name = "RegistryResponse", namespace = "urn:oasis:names:tc:ebxml-regrep:xsd:rs:3.0")
  @XmlAccessorType(XmlAccessType.FIELD)
  public static class Response {
    @XmlAttribute public String status;
    @XmlElementWrapper(name = "RegistryErrorList", namespace = "urn:oasis:names:tc:ebxml-regrep:xsd:rs:3.0")
    @XmlElement(name = "RegistryError", namespace = "urn:oasis:names:tc:ebxml-regrep:xsd:rs:3.0")
    public List<Problem> errors;
  }

  @XmlAccessorType(XmlAccessType.FIELD)
  public static class Problem {
    @XmlAttribute public String errorCode;
  }

  public static void main(String[] given) throws Exception {
    DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
    factory.setNamespaceAware(true);
    Request request = new Request();
    byte[] metadata = Files.readAllBytes(Path.of(given[1]));
    request.metadata = factory.newDocumentBuilder().parse(new ByteArrayInputStream(metadata)).getDocumentElement();
    Content content = new Content();
    content.id = given.length > 3 ? given[3] : "doc";
    content.value = new DataHandler(new FileDataSource(given[2]));
    request.documents.add(content);

    QName port = new QName(XDS, "DocumentRepository_Port_Soap12");
    Service service = Service.create(new QName(XDS, "DocumentRepository_Service"));
    service.addPort(port, SOAPBinding.SOAP12HTTP_MTOM_BINDING, given[0]);
    JAXBContext context = JAXBContext.newInstance(Request.class, Response.class);
    Dispatch<Object> dispatch =
        service.createDispatch(port, context, Service.Mode.PAYLOAD, new MTOMFeature(true, 0), new AddressingFeature(true));
    dispatch.getRequestContext().put(BindingProvider.SOAPACTION_USE_PROPERTY, true);
    dispatch.getRequestContext()
        .put(BindingProvider.SOAPACTION_URI_PROPERTY, "urn:ihe:iti:2007:ProvideAndRegisterDocumentSet-b");
    Object answer = dispatch.invoke(request);
    Response response = (Response) (answer instanceof JAXBElement ? ((JAXBElement<?>) answer).getValue() : answer);
    System.out.println(response.status);
    if (response.errors != null) for (Problem one : response.errors) System.out.println(one.errorCode);
  }
}
