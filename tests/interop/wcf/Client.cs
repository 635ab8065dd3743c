// A call of INSi with WCF (Debian: mono-mcs, mono-devel): its own channels, encoder and WS-Addressing headers; contexts, assertion and request are messages
// written by hand, as svcutil of Mono makes nothing of a WSDL with schemas of its own.
// Job on standard input: one name=value on each line. url, ca (trust store, PEM), old_p12 and password (mutual TLS only), assertion (file, CPx only), vitale (file, by card only),
// issuer (Emetteur), and the parts of the request: traits.*, or operation, arguments.* and coverage.*. The answer is one JSON object.
using System;
using System.Collections.Generic;
using System.IO;
using System.Net;
using System.Net.Security;
using System.Security;
using System.Security.Cryptography.X509Certificates;
using System.ServiceModel;
using System.ServiceModel.Channels;
using System.ServiceModel.Description;
using System.Text;
using System.Xml;

public static class Client
{
    const string Bam = "urn:siram:bam:ctxbam";
    const string Lps = "urn:siram:lps:ctxlps";
    const string Sans = "http://www.cnamts.fr/INSiRecSans";
    const string Vit = "http://www.cnamts.fr/INSiRecVit";
    const string Req = "http://www.cnamts.fr/INSiLot2/REQUnitaire";
    const string Wsse = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd";
    static readonly Dictionary<string, List<string>> job = new Dictionary<string, List<string>>();

    public static int Main()
    {
        var input = new StreamReader(Console.OpenStandardInput(), new UTF8Encoding(false));
        for (var line = input.ReadLine(); line != null; line = input.ReadLine())
        {
            var equals = line.IndexOf('=');
            var name = line.Substring(0, equals);
            if (!job.ContainsKey(name)) job[name] = new List<string>();
            job[name].Add(line.Substring(equals + 1));
        }
        ServicePointManager.ServerCertificateValidationCallback = IsTrusted;
        var version = MessageVersion.Soap12WSAddressing10;
        var transport = new HttpsTransportBindingElement { RequireClientCertificate = One("old_p12") != null };
        var binding = new CustomBinding(new TextMessageEncodingBindingElement(version, new UTF8Encoding(false)), transport);
        var credentials = new ClientCredentials();
        if (One("old_p12") != null) credentials.ClientCertificate.Certificate = new X509Certificate2(One("old_p12"), One("password"));
        // The channels themselves: a ChannelFactory of a contract takes the detail of each fault for one of WCF's own.
        var factory = binding.BuildChannelFactory<IRequestChannel>(new BindingParameterCollection { credentials });
        factory.Open();
        var channel = factory.CreateChannel(new EndpointAddress(One("url")));
        channel.Open();
        var operation = One("operation") ?? "rechercherInsAvecTraitsIdentite";
        var message = Message.CreateMessage(version, "urn:ServiceIdentiteCertifiee:1.0.0:" + operation,
            XmlReader.Create(new StringReader(Body(operation))));
        message.Headers.MessageId = new UniqueId("uuid:" + Guid.NewGuid());
        var now = DateTime.UtcNow.ToString("yyyy-MM-ddTHH:mm:ss.fffffffZ");
        message.Headers.Add(new Block("ContexteBAM", Bam, "<b:ContexteBAM xmlns:b=\"" + Bam + "\" Version=\"01_02\" Nature=\"CTXBAM\"><b:Id>" + Guid.NewGuid()
            + "</b:Id><b:Temps>" + now + "</b:Temps><b:Emetteur>" + Text(One("issuer")) + "</b:Emetteur>" + Coverage() + "</b:ContexteBAM>"));
        message.Headers.Add(new Block("ContexteLPS", Lps, "<ContexteLPS xmlns=\"" + Lps + "\" Version=\"01_00\" Nature=\"CTXLPS\"><Id>" + Guid.NewGuid()
            + "</Id><Temps>" + now + "</Temps><Emetteur>" + Text(One("issuer")) + "</Emetteur><LPS><IDAM R=\"4\">750000000001</IDAM><Version>01.00</Version>"
            + "<Instance>5f0c4b52-7f5e-4b4e-9a55-0c5f3c1f2a18</Instance><Nom>urn:lps:BANC-WCF:1.0</Nom></LPS></ContexteLPS>"));
        if (One("assertion") != null)
            message.Headers.Add(new Block("Security", Wsse, "<o:Security xmlns:o=\"" + Wsse + "\">" + File.ReadAllText(One("assertion"))
                + (One("vitale") == null ? "" : File.ReadAllText(One("vitale"))) + "</o:Security>"));
        var document = new XmlDocument { PreserveWhitespace = true };
        using (var answer = channel.Request(message)) document.LoadXml(answer.GetReaderAtBodyContents().ReadOuterXml());
        var output = Console.OpenStandardOutput();
        var bytes = new UTF8Encoding(false).GetBytes(Told(document.DocumentElement) + "\n");
        output.Write(bytes, 0, bytes.Length);
        output.Flush();
        return 0;
    }

    static string Told(XmlElement root)
    {
        if (root.LocalName == "Fault")
        {
            var error = First(root, "Erreur");
            return "{\"fault\":" + Quoted(error.GetAttribute("code")) + ",\"severity\":" + Quoted(error.GetAttribute("severite"))
                + ",\"label\":" + Quoted(error.InnerText) + ",\"text\":" + Quoted(First(root, "Reason").InnerText) + "}";
        }
        var text = "{\"code\":" + Quoted(First(root, "CodeCR").InnerText) + ",\"label\":" + Quoted(First(root, "LibelleCR").InnerText);
        if (First(root, "INDIVIDU") != null)
        {
            var active = First(root, "INSACTIF");
            text += ",\"matricule\":" + Quoted(First(active, "NumIdentifiant").InnerText) + ",\"key\":" + Quoted(First(active, "Cle").InnerText)
                + ",\"oid\":" + Quoted(First(active, "OID").InnerText) + ",\"birth_name\":" + Quoted(First(root, "NomNaissance").InnerText)
                + ",\"first_names\":" + Quoted(First(root, "ListePrenom").InnerText) + ",\"birth_place\":" + Quoted(First(root, "LieuNaissance").InnerText)
                + ",\"history\":" + root.GetElementsByTagName("INSHISTO", "*").Count;
        }
        return text + "}";
    }

    static XmlElement First(XmlElement within, string name)
    {
        return (XmlElement)within.GetElementsByTagName(name, "*").Item(0);
    }

    static string Body(string operation)
    {
        if (operation == "rechercherInsAvecTraitsIdentite") return "<RECSANSVITALE xmlns=\"" + Sans + "\">" + Traits("traits.") + "</RECSANSVITALE>";
        if (operation != "rechercherInsAvecCarteVitale") return Claim();
        return "<RECVITALE xmlns=\"" + Vit + "\"><MatriculeOD>" + Elements("arguments.MatriculeOD.", "NumIdentifiant") + "</MatriculeOD>"
            + Elements("arguments.", "DateNaissance", "RangNaissance") + "</RECVITALE>";
    }

    static string Coverage()
    {
        if (One("coverage.ASSURE.Id.Num") == null) return "<b:COUVERTURE/>";
        return "<COUVERTURE xmlns=\"" + Bam + "\"><ASSURE><Id>" + Elements("coverage.ASSURE.Id.", "Num") + "</Id></ASSURE><BENEFICIAIRE>"
            + Elements("coverage.BENEFICIAIRE.", "DateNai", "Rang") + "</BENEFICIAIRE></COUVERTURE>";
    }

    static string Claim()
    {
        const string claim = "arguments.IndividuVerifie.";
        var given = One(claim + "INSFourni.OID") == null ? "" : "<INSFourni><IdIndividu>" + Elements(claim + "INSFourni.IdIndividu.", "NumIdentifiant", "Cle")
            + "</IdIndividu>" + Elements(claim + "INSFourni.", "OID") + "</INSFourni>";
        return "<Requete xmlns=\"" + Req + "\"><IndividuVerifie>" + given + "<TraitsIdentiteIndividu>" + Traits(claim + "TraitsIdentiteIndividu.")
            + "</TraitsIdentiteIndividu></IndividuVerifie></Requete>";
    }

    static string Traits(string from)
    {
        return Elements(from, "NomNaissance", "Prenom", "Sexe", "DateNaissance", "LieuNaissance");
    }

    static string Elements(string from, params string[] names)
    {
        var text = new StringBuilder();
        foreach (var name in names)
            if (job.ContainsKey(from + name))
                foreach (var value in job[from + name]) text.Append("<" + name + ">" + Text(value) + "</" + name + ">");
        return text.ToString();
    }

    // A header block whose XML is written as it is: white space is part of what a signature covers.
    sealed class Block : MessageHeader
    {
        readonly string name, space, xml;

        public Block(string name, string space, string xml)
        {
            this.name = name;
            this.space = space;
            this.xml = xml;
        }

        public override string Name { get { return name; } }

        public override string Namespace { get { return space; } }

        public override bool MustUnderstand { get { return true; } }

        protected override void OnWriteStartHeader(XmlDictionaryWriter writer, MessageVersion version)
        {
            using (var reader = Root()) writer.WriteStartElement(reader.Prefix, reader.LocalName, reader.NamespaceURI);
            using (var reader = Root()) writer.WriteAttributes(reader, false);
            WriteHeaderAttributes(writer, version);
        }

        protected override void OnWriteHeaderContents(XmlDictionaryWriter writer, MessageVersion version)
        {
            var inner = xml.Substring(xml.IndexOf('>') + 1);
            writer.WriteRaw(inner.Substring(0, inner.LastIndexOf("</", StringComparison.Ordinal)));
        }

        XmlReader Root()
        {
            var reader = XmlReader.Create(new StringReader(xml));
            reader.MoveToContent();
            return reader;
        }
    }

    // Trusts the authorities of the job and no other: the chain must end at one of them, whatever else is wrong with it.
    static bool IsTrusted(object sender, X509Certificate certificate, X509Chain presented, SslPolicyErrors errors)
    {
        if ((errors & (SslPolicyErrors.RemoteCertificateNameMismatch | SslPolicyErrors.RemoteCertificateNotAvailable)) != 0) return false;
        var chain = new X509Chain();
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.VerificationFlags = X509VerificationFlags.AllowUnknownCertificateAuthority;
        var authorities = new List<string>();
        foreach (var part in File.ReadAllText(One("ca")).Split(new[] { "-----END CERTIFICATE-----" }, StringSplitOptions.None))
        {
            var start = part.IndexOf("-----BEGIN CERTIFICATE-----", StringComparison.Ordinal);
            if (start < 0) continue;
            var authority = new X509Certificate2(Convert.FromBase64String(part.Substring(start + 27)));
            authorities.Add(authority.Thumbprint);
            chain.ChainPolicy.ExtraStore.Add(authority);
        }
        return chain.Build(new X509Certificate2(certificate))
            && authorities.Contains(chain.ChainElements[chain.ChainElements.Count - 1].Certificate.Thumbprint);
    }

    static string One(string name)
    {
        return job.ContainsKey(name) ? job[name][0] : null;
    }

    static string Text(string value)
    {
        return SecurityElement.Escape(value);
    }

    static string Quoted(string value)
    {
        return value == null ? "null" : "\"" + value.Replace("\\", "\\\\").Replace("\"", "\\\"").Replace("\n", "\\n") + "\"";
    }
}
