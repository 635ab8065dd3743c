// A call of INSi with an ASMX proxy (Debian: mono-mcs, mono-devel), with the classes that wsdl makes of both served WSDLs and nothing else.
// Job on standard input: one name=value on each line. url, ca (trust store, PEM), old_p12 and password (mutual TLS only), assertion (file, CPx only),
// issuer (Emetteur), and the parts of the request: traits.*, or operation and arguments.*. The answer is one JSON object.
using System;
using System.Collections.Generic;
using System.IO;
using System.Net;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Web.Services.Protocols;
using System.Xml;

public static class Client
{
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
        string answer;
        try
        {
            answer = One("operation") == null ? Search() : Verify();
        }
        catch (SoapException fault)
        {
            var error = ((XmlElement)fault.Detail)["Erreur", "urn:siram"];
            answer = "{\"fault\":" + Quoted(error.GetAttribute("code")) + ",\"severity\":" + Quoted(error.GetAttribute("severite"))
                + ",\"label\":" + Quoted(error.InnerText) + ",\"text\":" + Quoted(fault.Message) + "}";
        }
        var output = Console.OpenStandardOutput();
        var bytes = new UTF8Encoding(false).GetBytes(answer + "\n");
        output.Write(bytes, 0, bytes.Length);
        output.Flush();
        return 0;
    }

    static string Search()
    {
        var service = new Published.ICIRv1
        {
            ContexteLPSValue = new Published.ContexteLPS
            {
                Nature = "CTXLPS",
                Version = "01_00",
                Id = Guid.NewGuid().ToString(),
                Temps = DateTime.UtcNow,
                Emetteur = One("issuer"),
                MustUnderstand = true,
                LPS = new Published.LOGICIEL
                {
                    IDAM = new Published.IdentiteStringRef { R = "4", Value = "750000000001" },
                    Version = "01.00",
                    Instance = "5f0c4b52-7f5e-4b4e-9a55-0c5f3c1f2a15",
                    Nom = "urn:lps:BANC-ASMX:1.0",
                },
            },
            ContexteBAMValue = new Published.ContexteBAM
            {
                Nature = "CTXBAM",
                Version = "01_02",
                Id = Guid.NewGuid().ToString(),
                Temps = DateTime.UtcNow,
                Emetteur = One("issuer"),
                MustUnderstand = true,
                COUVERTURE = new Published.Couverture(),
            },
            MessageID = new Published.AttributedURIType { Value = "uuid:" + Guid.NewGuid() },
            Security = One("assertion") == null ? null : new Published.TypeSecurity { Any = new[] { Assertion() } },
        };
        Connect(service);
        var result = service.rechercherInsAvecTraitsIdentite(new Published.TraitsDIdentite1
        {
            NomNaissance = One("traits.NomNaissance"),
            Prenom = All("traits.Prenom"),
            Sexe = One("traits.Sexe"),
            DateNaissance = One("traits.DateNaissance"),
            LieuNaissance = One("traits.LieuNaissance"),
        });
        var text = "{\"code\":" + Quoted(result.CR.CodeCR) + ",\"label\":" + Quoted(result.CR.LibelleCR);
        var person = result.INDIVIDU;
        if (person != null)
        {
            text += ",\"matricule\":" + Quoted(person.INSACTIF.IdIndividu.NumIdentifiant) + ",\"key\":" + Quoted(person.INSACTIF.IdIndividu.Cle)
                + ",\"oid\":" + Quoted(person.INSACTIF.OID) + ",\"birth_name\":" + Quoted(person.TIQ.NomNaissance)
                + ",\"first_names\":" + Quoted(person.TIQ.ListePrenom) + ",\"birth_place\":" + Quoted(person.TIQ.LieuNaissance)
                + ",\"history\":" + (person.INSHISTO == null ? 0 : person.INSHISTO.Length);
        }
        return text + "}";
    }

    static string Verify()
    {
        const string claim = "arguments.IndividuVerifie.";
        var service = new Inferred.ICIRinferred
        {
            ContexteLPSValue = new Inferred.ContexteLPS
            {
                Nature = "CTXLPS",
                Version = "01_00",
                Id = Guid.NewGuid().ToString(),
                Temps = DateTime.UtcNow,
                Emetteur = One("issuer"),
                LPS = new Inferred.LOGICIEL
                {
                    IDAM = new Inferred.IdentiteStringRef { R = "4", Value = "750000000001" },
                    Version = "01.00",
                    Instance = "5f0c4b52-7f5e-4b4e-9a55-0c5f3c1f2a15",
                    Nom = "urn:lps:BANC-ASMX:1.0",
                },
            },
            ContexteBAMValue = new Inferred.ContexteBAM
            {
                Version = "01_02",
                Id = Guid.NewGuid().ToString(),
                Temps = DateTime.UtcNow,
                Emetteur = One("issuer"),
                COUVERTURE = new Inferred.Couverture(),
            },
            MessageID = new Inferred.AttributedURIType { Value = "uuid:" + Guid.NewGuid() },
            Security = One("assertion") == null ? null : new Inferred.TypeSecurity { Any = new[] { Assertion() } },
        };
        Connect(service);
        var result = service.verifierInsAvecTraitsIdentite(new Inferred.Requete
        {
            IndividuVerifie = new Inferred.Individu
            {
                INSFourni = new Inferred.IdentifiantNationalSante
                {
                    IdIndividu = new Inferred.Matricule
                    {
                        NumIdentifiant = One(claim + "INSFourni.IdIndividu.NumIdentifiant"),
                        Cle = One(claim + "INSFourni.IdIndividu.Cle"),
                    },
                    OID = One(claim + "INSFourni.OID"),
                },
                TraitsIdentiteIndividu = new Inferred.TraitsDIdentite
                {
                    NomNaissance = One(claim + "TraitsIdentiteIndividu.NomNaissance"),
                    Prenom = All(claim + "TraitsIdentiteIndividu.Prenom"),
                    Sexe = One(claim + "TraitsIdentiteIndividu.Sexe"),
                    DateNaissance = One(claim + "TraitsIdentiteIndividu.DateNaissance"),
                },
            },
        });
        return "{\"code\":" + Quoted(result.CR.CodeCR) + ",\"label\":" + Quoted(result.CR.LibelleCR) + "}";
    }

    static void Connect(SoapHttpClientProtocol service)
    {
        service.Url = One("url");
        if (One("old_p12") != null) service.ClientCertificates.Add(new X509Certificate2(One("old_p12"), One("password")));
    }

    // White space is part of what the signature covers.
    static XmlElement Assertion()
    {
        var document = new XmlDocument { PreserveWhitespace = true };
        document.Load(One("assertion"));
        return document.DocumentElement;
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

    static string[] All(string name)
    {
        return job.ContainsKey(name) ? job[name].ToArray() : null;
    }

    static string Quoted(string value)
    {
        return value == null ? "null" : "\"" + value.Replace("\\", "\\\\").Replace("\"", "\\\"").Replace("\n", "\\n") + "\"";
    }
}
