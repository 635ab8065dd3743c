// INSi as far as native code goes (Debian: gsoap, libgsoap-dev): the code that wsdl2h and soapcpp2 make of the published WSDL, and one look in a hash table.
// No schema, no context, no session, no journal. Arguments: port, file of people (tab-separated: birth name, first name, sex, birth date,
// matricule, key, OID, first names, birth place, former matricules as "number key OID" separated by commas). A thread for each connection.
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>
#include <thread>
#include <unordered_map>
#include <vector>

#include "soapICIRServiceBindingService.h"
#include "ICIRServiceBinding.nsmap"

using Row = std::vector<std::string>;
static std::unordered_multimap<std::string, Row> people;

static std::string key(const std::string& name, const std::string& first, const std::string& sex, const std::string& date) {
    return name + '\t' + first + '\t' + sex + '\t' + date;
}

int ICIRServiceBindingService::rechercherInsAvecCarteVitale(vit__Beneficiaire*, res__Resultat&) {
    return soap_receiverfault("not here", nullptr);
}

int ICIRServiceBindingService::rechercherInsAvecTraitsIdentite(sans__TraitsDIdentite* asked, res__Resultat& result) {
    if (!asked || !asked->NomNaissance || asked->Prenom.empty() || !asked->Sexe || !asked->DateNaissance)
        return soap_senderfault("expected four traits", nullptr);
    auto range = people.equal_range(key(*asked->NomNaissance, asked->Prenom.front(), *asked->Sexe, *asked->DateNaissance));
    auto found = people.end();
    int several = 0;
    for (auto each = range.first; each != range.second; ++each)
        if (!asked->LieuNaissance || *asked->LieuNaissance == each->second[8]) found = each, ++several;
    auto text = [this](const std::string& value) {
        auto made = soap_new_std__string(this->soap);
        *made = value;
        return made;
    };
    // The header of the request is no header of the answer.
    this->soap->header = nullptr;
    result.CR = soap_new_res__CompteRendu(this->soap);
    result.CR->CodeCR = several == 0 ? "01" : several == 1 ? "00" : "02";
    result.CR->LibelleCR = several == 0 ? "Aucune identite trouvee" : several == 1 ? "OK" : "Plusieurs identites trouvees";
    if (several != 1) return SOAP_OK;
    const Row& row = found->second;
    auto person = result.INDIVIDU = soap_new_res__Individu(this->soap);
    auto identifier = [this, &text](const std::string& number, const std::string& check, const std::string& oid) {
        auto made = soap_new_res__IdentifiantNationalSante(this->soap);
        made->OID = oid;
        made->IdIndividu = soap_new_res__Matricule(this->soap);
        made->IdIndividu->NumIdentifiant = number;
        made->IdIndividu->Cle = text(check);
        return made;
    };
    person->INSACTIF = identifier(row[4], row[5], row[6]);
    std::istringstream formers(row[9]);
    for (std::string former; std::getline(formers, former, ',');) {
        std::string number, check, oid;
        std::istringstream(former) >> number >> check >> oid;
        person->INSHISTO.push_back(identifier(number, check, oid));
    }
    person->TIQ = soap_new_res__TraitsDIdentite(this->soap);
    person->TIQ->NomNaissance = text(row[0]);
    person->TIQ->ListePrenom = text(row[7]);
    person->TIQ->Sexe = text(row[2]);
    person->TIQ->DateNaissance = text(row[3]);
    person->TIQ->LieuNaissance = text(row[8]);
    return SOAP_OK;
}

int main(int, char** arguments) {
    std::signal(SIGPIPE, SIG_IGN);
    std::ifstream file(arguments[2]);
    for (std::string line; std::getline(file, line);) {
        Row row;
        std::istringstream parts(line);
        for (std::string part; std::getline(parts, part, '\t');) row.push_back(part);
        row.resize(10);
        people.emplace(key(row[0], row[1], row[2], row[3]), row);
    }
    ICIRServiceBindingService service(SOAP_C_UTFSTRING | SOAP_IO_KEEPALIVE);
    service.soap->max_keep_alive = 0;  // as many calls on a connection as come
    service.soap->bind_flags = SO_REUSEADDR;
    if (!soap_valid_socket(service.bind("127.0.0.1", std::atoi(arguments[1]), 128))) return 1;
    while (soap_valid_socket(service.accept())) {
        auto own = service.copy();
        std::thread([own] {
            own->serve();
            own->destroy();
            delete own;
        }).detach();
    }
    return 1;
}
