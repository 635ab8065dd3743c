// A call of INSi with KDSoap (Debian: libkdsoap-dev qtbase5-dev), with the classes that kdwsdl2cpp makes of both served WSDLs and nothing else.
// Job on standard input: one name=value on each line. url, ca (trust store, PEM), cert and key (PEM files, mutual TLS), issuer (Emetteur), and
// the parts of the request: traits.*, or operation and arguments.*. The answer is one JSON object.
#include <QCoreApplication>
#include <QEventLoop>
#include <QFile>
#include <QJsonDocument>
#include <QJsonObject>
#include <QMultiMap>
#include <QSslCertificate>
#include <QSslConfiguration>
#include <QSslKey>
#include <QTextStream>
#include <QUuid>

#include <KDSoapClient/KDSoapJob.h>
#include <KDSoapClient/KDSoapMessage.h>

#include "inferred.h"
#include "published.h"

static QMultiMap<QString, QString> job;

static QString one(const QString& name) { return job.value(name); }

static QStringList all(const QString& name) {
    QStringList values = job.values(name);
    std::reverse(values.begin(), values.end());  // QMultiMap gives the newest first
    return values;
}

static QString uuid() { return QUuid::createUuid().toString(QUuid::WithoutBraces); }

// Left alone, KDSoap writes universal time without saying that it is.
static KDDateTime now() {
    KDDateTime time(QDateTime::currentDateTimeUtc());
    time.setTimeZone(QString("Z"));
    return time;
}

static QByteArray pem(const QString& path) {
    QFile file(path);
    file.open(QIODevice::ReadOnly);
    return file.readAll();
}

// Trusts the authorities of the job and no other.
static QSslConfiguration tls() {
    QSslConfiguration configuration = QSslConfiguration::defaultConfiguration();
    configuration.setCaCertificates(QSslCertificate::fromPath(one("ca")));
    if (!one("cert").isEmpty()) {
        configuration.setLocalCertificateChain(QSslCertificate::fromPath(one("cert")));
        configuration.setPrivateKey(QSslKey(pem(one("key")), QSsl::Rsa));
    }
    return configuration;
}

template <class Lps, class Software, class Idam>
static Lps lps() {
    Idam idam("750000000001");
    idam.setR("4");
    Software software;
    software.setIDAM(idam);
    software.setVersion(QString("01.00"));
    software.setInstance(QString("5f0c4b52-7f5e-4b4e-9a55-0c5f3c1f2a17"));
    software.setNom(QString("urn:lps:BANC-KDSOAP:1.0"));
    Lps context;
    context.setNature(QString("CTXLPS"));
    context.setVersion(QString("01_00"));
    context.setId(uuid());
    context.setTemps(now());
    context.setEmetteur(one("issuer"));
    context.setLPS(software);
    return context;
}

template <class Bam, class Cover>
static Bam bam() {
    Bam context;
    context.setNature(QString("CTXBAM"));
    context.setVersion(QString("01_02"));
    context.setId(uuid());
    context.setTemps(now());
    context.setEmetteur(one("issuer"));
    context.setCOUVERTURE(Cover());
    return context;
}

template <class Id>
static Id messageId() {
    Id id;
    id.setValue("uuid:" + uuid());
    return id;
}

// The details of a fault: KDSoap's generated code has its text, and the answer its parts.
static QJsonObject told(const QString& text, const KDSoapValueList& fault) {
    const KDSoapValue error = fault.child("Detail").childValues().child("Erreur");
    QJsonObject answer{{"label", error.value().toString()}, {"text", text}};
    for (const KDSoapValue& attribute : error.childValues().attributes()) {
        if (attribute.name() == "code") answer["fault"] = attribute.value().toString();
        if (attribute.name() == "severite") answer["severity"] = attribute.value().toString();
    }
    return answer;
}

// Prepares a generated service of either WSDL.
template <class Service>
static void prepare(Service& service) {
    service.setEndPoint(one("url"));
    service.clientInterface()->setSslConfiguration(tls());
}

// Runs a generated job to its end; a fault is told, anything else that went wrong ends the program.
static bool answered(KDSoapJob& call, QJsonObject& answer) {
    QEventLoop loop;
    QObject::connect(&call, &KDSoapJob::finished, &loop, &QEventLoop::quit);
    call.start();
    loop.exec();
    if (!call.isFault()) return true;
    const KDSoapMessage fault = call.reply();
    if (fault.childValues().child("Detail").childValues().child("Erreur").isNull()) {
        QTextStream(stderr) << call.faultAsString() << '\n';
        std::exit(1);
    }
    answer = told(fault.childValues().child("Reason").childValues().child("Text").value().toString(), fault.childValues());
    return false;
}

static QJsonObject search() {
    using namespace Published;
    ICIR_v1 service;
    prepare(service);
    service.setNO1_ContexteLPSHeader(lps<CTXLPS__ContexteLPS, CTXLPS__LOGICIEL, CTXLPS__IdentiteStringRef>());
    service.setNO1_ContexteBAMHeader(bam<CTXBAM__ContexteBAM, CTXBAM__Couverture>());
    service.setNO1_MessageIDHeader(messageId<WSA__AttributedURIType>());
    SANS__TraitsDIdentite traits;
    traits.setNomNaissance(one("traits.NomNaissance"));
    traits.setPrenom(all("traits.Prenom"));
    traits.setSexe(one("traits.Sexe"));
    traits.setDateNaissance(one("traits.DateNaissance"));
    if (job.contains("traits.LieuNaissance")) traits.setLieuNaissance(one("traits.LieuNaissance"));
    RechercherInsAvecTraitsIdentiteJob call(&service);
    call.setAutoDelete(false);
    call.setRechercherInsAvecTraitsIdentite(traits);
    QJsonObject answer;
    if (!answered(call, answer)) return answer;
    const RES__Resultat result = call.rechercherInsAvecTraitsIdentiteResponse();
    answer = {{"code", result.cR().codeCR()}, {"label", result.cR().libelleCR()}};
    if (!result.hasValueForINDIVIDU()) return answer;
    const RES__Individu person = result.iNDIVIDU();
    answer["matricule"] = person.iNSACTIF().idIndividu().numIdentifiant().value();
    answer["key"] = person.iNSACTIF().idIndividu().cle().value();
    answer["oid"] = person.iNSACTIF().oID();
    answer["birth_name"] = person.tIQ().nomNaissance();
    answer["first_names"] = person.tIQ().listePrenom();
    answer["birth_place"] = person.tIQ().lieuNaissance();
    answer["history"] = person.iNSHISTO().size();
    return answer;
}

static QJsonObject verify() {
    using namespace Inferred;
    const QString claim = "arguments.IndividuVerifie.";
    ICIR_inferred service;
    prepare(service);
    service.setNO1_ContexteLPSHeader(lps<CTXLPS__ContexteLPS, CTXLPS__LOGICIEL, CTXLPS__IdentiteStringRef>());
    service.setNO1_ContexteBAMHeader(bam<CTXBAM__ContexteBAM, CTXBAM__Couverture>());
    service.setNO1_MessageIDHeader(messageId<WSA__AttributedURIType>());
    REQ__Matricule number;
    number.setNumIdentifiant(one(claim + "INSFourni.IdIndividu.NumIdentifiant"));
    number.setCle(one(claim + "INSFourni.IdIndividu.Cle"));
    REQ__IdentifiantNationalSante given;
    given.setIdIndividu(number);
    given.setOID(one(claim + "INSFourni.OID"));
    REQ__TraitsDIdentite traits;
    traits.setNomNaissance(one(claim + "TraitsIdentiteIndividu.NomNaissance"));
    traits.setPrenom(all(claim + "TraitsIdentiteIndividu.Prenom"));
    traits.setSexe(one(claim + "TraitsIdentiteIndividu.Sexe"));
    traits.setDateNaissance(one(claim + "TraitsIdentiteIndividu.DateNaissance"));
    REQ__Individu person;
    person.setINSFourni(given);
    person.setTraitsIdentiteIndividu(traits);
    REQ__Requete request;
    request.setIndividuVerifie(person);
    VerifierInsAvecTraitsIdentiteJob call(&service);
    call.setAutoDelete(false);
    call.setVerifierInsAvecTraitsIdentite(request);
    QJsonObject answer;
    if (!answered(call, answer)) return answer;
    const REP__Resultat result = call.verifierInsAvecTraitsIdentiteResponse();
    return {{"code", result.cR().codeCR()}, {"label", result.cR().libelleCR()}};
}

int main(int count, char** arguments) {
    QCoreApplication application(count, arguments);
    QTextStream input(stdin);
    input.setCodec("UTF-8");
    for (QString line; input.readLineInto(&line);) job.insert(line.section('=', 0, 0), line.section('=', 1));
    const QJsonObject answer = job.contains("operation") ? verify() : search();
    QTextStream output(stdout);
    output.setCodec("UTF-8");
    output << QJsonDocument(answer).toJson(QJsonDocument::Compact) << '\n';
    return 0;
}
