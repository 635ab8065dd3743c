// A call of INSi with gSOAP (Debian: gsoap), with the code that wsdl2h and soapcpp2 make of both served WSDLs and nothing else.
// Job on standard input: one name=value on each line. url, ca (trust store, PEM), combined (key and certificates in one PEM file, mutual TLS only),
// assertion (file, CPx only), issuer (Emetteur), and the parts of the request: traits.*, or operation and arguments.*. The answer is one JSON object.
#include <unistd.h>

#include <cstdio>
#include <ctime>
#include <fstream>
#include <iostream>
#include <map>
#include <random>
#include <sstream>
#include <string>
#include <vector>

#include "soapICIRServiceBindingProxy.h"
#include "soapICIRServiceInferredBindingProxy.h"
#include "ICIRServiceBinding.nsmap"

static std::map<std::string, std::vector<std::string>> job;

static std::string* one(const std::string& name) {
    auto found = job.find(name);
    return found == job.end() ? nullptr : &found->second.front();
}

static std::string uuid() {
    static std::random_device random;
    char text[37];
    unsigned a = random(), b = random(), c = random(), d = random();
    std::snprintf(text, sizeof text, "%08x-%04x-4%03x-8%03x-%04x%08x", a, b & 0xffff, b >> 20, c & 0xfff, c >> 16, d);
    return text;
}

static std::string quoted(const std::string& value) {
    std::string text = "\"";
    for (char letter : value) {
        if (letter == '"' || letter == '\\') text += '\\';
        if (letter == '\n') text += "\\n";
        else text += letter;
    }
    return text + '"';
}

static std::string quoted(const std::string* value) { return value ? quoted(*value) : "null"; }

// The headers that the WSDL declares; gSOAP marks each of them mustUnderstand. wsa:Action is none of them.
static void headers(struct soap* soap) {
    auto header = soap_new_SOAP_ENV__Header(soap);
    auto idam = soap_new_ctxlps__IdentiteStringRef(soap);
    idam->__item = "750000000001";
    idam->R = soap_new_std__string(soap);
    *idam->R = "4";
    auto text = [soap](const std::string& value) {
        auto made = soap_new_std__string(soap);
        *made = value;
        return made;
    };
    auto software = soap_new_ctxlps__LOGICIEL(soap);
    software->IDAM = idam;
    software->Version = text("01.00");
    software->Instance = text("5f0c4b52-7f5e-4b4e-9a55-0c5f3c1f2a14");
    software->Nom = text("urn:lps:BANC-GSOAP:1.0");
    auto lps = soap_new_ctxlps__ContexteLPS(soap);
    lps->Nature = text("CTXLPS");
    lps->Version = "01_00";
    lps->Id = uuid();
    lps->Temps = std::time(nullptr);
    lps->Emetteur = one("issuer");
    lps->LPS = software;
    auto bam = soap_new_ctxbam__ContexteBAM(soap);
    bam->Nature = text("CTXBAM");
    bam->Version = "01_02";
    bam->Id = uuid();
    bam->Temps = std::time(nullptr);
    bam->Emetteur = one("issuer");
    bam->COUVERTURE = soap_new_ctxbam__Couverture(soap);
    auto id = soap_new_wsa__AttributedURIType(soap);
    id->__item = "uuid:" + uuid();
    header->ctxlps__ContexteLPS_ = lps;
    header->ctxbam__ContexteBAM_ = bam;
    header->wsa__MessageID = id;
    header->wsse__Security = nullptr;
    if (one("assertion")) {
        std::ifstream file(*one("assertion"));
        std::ostringstream content;
        content << file.rdbuf();
        header->wsse__Security = soap_new_wsse__TypeSecurity(soap);
        // As it is: an assertion that is parsed and written again may lose its signature.
        header->wsse__Security->__any.push_back(soap_strdup(soap, content.str().c_str()));
    }
    soap->header = header;
}

static void search(ICIRServiceBindingProxy& service) {
    sans__TraitsDIdentite traits;
    traits.NomNaissance = one("traits.NomNaissance");
    traits.Prenom = job["traits.Prenom"];
    traits.Sexe = one("traits.Sexe");
    traits.DateNaissance = one("traits.DateNaissance");
    traits.LieuNaissance = one("traits.LieuNaissance");
    res__Resultat result;
    if (service.rechercherInsAvecTraitsIdentite(&traits, result) != SOAP_OK) return;
    std::cout << "{\"code\":" << quoted(result.CR->CodeCR) << ",\"label\":" << quoted(result.CR->LibelleCR);
    if (auto person = result.INDIVIDU) {
        std::cout << ",\"matricule\":" << quoted(person->INSACTIF->IdIndividu->NumIdentifiant)
                  << ",\"key\":" << quoted(person->INSACTIF->IdIndividu->Cle) << ",\"oid\":" << quoted(person->INSACTIF->OID)
                  << ",\"birth_name\":" << quoted(person->TIQ->NomNaissance)
                  << ",\"first_names\":" << quoted(person->TIQ->ListePrenom)
                  << ",\"birth_place\":" << quoted(person->TIQ->LieuNaissance) << ",\"history\":" << person->INSHISTO.size();
    }
    std::cout << "}\n";
}

static void verify(ICIRServiceInferredBindingProxy& service) {
    const std::string claim = "arguments.IndividuVerifie.";
    req__Matricule number;
    number.NumIdentifiant = one(claim + "INSFourni.IdIndividu.NumIdentifiant");
    number.Cle = one(claim + "INSFourni.IdIndividu.Cle");
    req__IdentifiantNationalSante given;
    given.IdIndividu = &number;
    given.OID = one(claim + "INSFourni.OID");
    req__TraitsDIdentite traits;
    traits.NomNaissance = one(claim + "TraitsIdentiteIndividu.NomNaissance");
    traits.Prenom = job[claim + "TraitsIdentiteIndividu.Prenom"];
    traits.Sexe = one(claim + "TraitsIdentiteIndividu.Sexe");
    traits.DateNaissance = one(claim + "TraitsIdentiteIndividu.DateNaissance");
    req__Individu person;
    person.INSFourni = &given;
    person.TraitsIdentiteIndividu = &traits;
    req__Requete request;
    request.IndividuVerifie = &person;
    rep__Resultat result;
    if (service.verifierInsAvecTraitsIdentite(&request, result) != SOAP_OK) return;
    std::cout << "{\"code\":" << quoted(result.CR->CodeCR) << ",\"label\":" << quoted(result.CR->LibelleCR) << "}\n";
}

int main() {
    for (std::string line; std::getline(std::cin, line);) {
        auto equals = line.find('=');
        job[line.substr(0, equals)].push_back(line.substr(equals + 1));
    }
    soap_ssl_init();
    struct soap* soap = soap_new1(SOAP_C_UTFSTRING | SOAP_XML_INDENT);
    auto own = one("combined");
    if (soap_ssl_client_context(soap, SOAP_SSL_DEFAULT, own ? own->c_str() : nullptr, nullptr, one("ca")->c_str(), nullptr, nullptr)) {
        soap_print_fault(soap, stderr);
        return 3;
    }
    ICIRServiceBindingProxy searching(soap);
    ICIRServiceInferredBindingProxy verifying(soap);
    searching.soap_endpoint = verifying.soap_endpoint = one("url")->c_str();
    // A proxy object works on a copy of the context.
    struct soap* used = one("operation") ? verifying.soap : searching.soap;
    headers(used);
    if (one("operation")) verify(verifying);
    else search(searching);
    if (used->error == SOAP_OK) return 0;
    auto detail = used->fault ? used->fault->SOAP_ENV__Detail : nullptr;
    if (detail == nullptr || detail->siram__Erreur == nullptr) {
        soap_print_fault(used, stderr);  // the network or TLS, not the service
        return 1;
    }
    static const char* const severities[] = {"information", "avertissement", "erreur", "fatale"};
    auto error = detail->siram__Erreur;
    std::cout << "{\"fault\":" << quoted(error->code) << ",\"severity\":" << quoted(std::string(severities[error->severite]))
              << ",\"label\":" << quoted(error->__item) << ",\"text\":" << quoted(std::string(soap_fault_string(used))) << "}\n";
    return 0;
}
