<?php
// A call of INSi with PHP's SoapClient (Debian: php-cli php-soap php-xml). Job as JSON on standard input, answer as one JSON object:
//   php client.php < job.json
// Job: wsdl (URL), ca (trust store, PEM), cert and key (PEM files, mutual TLS only), assertion (file, CPx only),
//      issuer (Emetteur: identifier of the card holder, or OU of the certificate), traits (parts of RECSANSVITALE).
declare(strict_types=1);

const WSA = 'http://www.w3.org/2005/08/addressing';
const WSSE = 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd';
const ACTION = 'urn:ServiceIdentiteCertifiee:1.0.0:rechercherInsAvecTraitsIdentite';

function uuid(): string
{
    $bytes = random_bytes(16);
    $bytes[6] = chr(ord($bytes[6]) & 0x0f | 0x40);
    $bytes[8] = chr(ord($bytes[8]) & 0x3f | 0x80);
    return vsprintf('%s%s-%s-%s-%s-%s%s%s', str_split(bin2hex($bytes), 4));
}

/** The headers; Id, Temps and MessageID are fresh in each call. */
function headers(string $issuer, ?string $assertion): array
{
    $now = gmdate('Y-m-d\TH:i:s\Z');
    $headers = [
        // Declared in the WSDL: SoapClient knows their types, and which values are attributes.
        new SoapHeader('urn:siram:bam:ctxbam', 'ContexteBAM', [
            'Version' => '01_02', 'Id' => uuid(), 'Temps' => $now, 'Emetteur' => $issuer, 'COUVERTURE' => [],
        ]),
        new SoapHeader('urn:siram:lps:ctxlps', 'ContexteLPS', [
            'Version' => '01_00', 'Nature' => 'CTXLPS', 'Id' => uuid(), 'Temps' => $now, 'Emetteur' => $issuer,
            'LPS' => [
                'IDAM' => ['_' => '750000000001', 'R' => '4'], // '_' is the text of an element that has attributes
                'Version' => '01.00',
                'Instance' => '5f0c4b52-7f5e-4b4e-9a55-0c5f3c1f2a10', // constant per installation
                'Nom' => 'urn:lps:BANC-PHP:1.0',
            ],
        ]),
        new SoapHeader(WSA, 'MessageID', 'uuid:' . uuid()),
        // Not declared in the WSDL, yet expected.
        new SoapHeader(WSA, 'Action', ACTION),
    ];
    if ($assertion !== null) {
        // As it is: an assertion that is parsed and written again may lose its signature.
        $security = '<wsse:Security xmlns:wsse="' . WSSE . '">' . $assertion . '</wsse:Security>';
        $headers[] = new SoapHeader(WSSE, 'Security', new SoapVar($security, XSD_ANYXML));
    }
    return $headers;
}

$job = json_decode(stream_get_contents(STDIN), true, flags: JSON_THROW_ON_ERROR);
$tls = ['cafile' => $job['ca'], 'verify_peer' => true, 'verify_peer_name' => true];
if (isset($job['cert'])) {
    $tls += ['local_cert' => $job['cert'], 'local_pk' => $job['key']];
}
$client = new SoapClient($job['wsdl'], [
    'soap_version' => SOAP_1_2,
    'cache_wsdl' => WSDL_CACHE_NONE,
    'trace' => true, // keeps the last answer, see the fault below
    'stream_context' => stream_context_create(['ssl' => $tls]), // for the WSDL and for the calls
    // Lists stay lists, even of one element or none (INSHISTO).
    'features' => SOAP_SINGLE_ELEMENT_ARRAYS,
]);
$client->__setSoapHeaders(headers($job['issuer'], isset($job['assertion']) ? file_get_contents($job['assertion']) : null));

try {
    $result = $client->rechercherInsAvecTraitsIdentite($job['traits']);
    $person = $result->INDIVIDU ?? null;
    $answer = ['code' => $result->CR->CodeCR, 'label' => $result->CR->LibelleCR];
    if ($person !== null) {
        $answer += [
            'matricule' => $person->INSACTIF->IdIndividu->NumIdentifiant,
            'key' => $person->INSACTIF->IdIndividu->Cle,
            'oid' => $person->INSACTIF->OID,
            'birth_name' => $person->TIQ->NomNaissance,
            'first_names' => $person->TIQ->ListePrenom,
            'birth_place' => $person->TIQ->LieuNaissance,
            'history' => count($person->INSHISTO ?? []),
        ];
    }
} catch (SoapFault $fault) {
    if (!isset($fault->detail->Erreur)) {
        throw $fault; // the network or TLS, not the service
    }
    // SoapFault keeps the text of siram:Erreur but not its attributes: they are read from the answer itself.
    $document = new DOMDocument();
    $document->loadXML($client->__getLastResponse());
    $error = $document->getElementsByTagNameNS('urn:siram', 'Erreur')->item(0);
    $answer = [
        'fault' => $error->getAttribute('code'),
        'severity' => $error->getAttribute('severite'),
        'label' => $fault->detail->Erreur,
        'text' => $fault->getMessage(),
    ];
}
echo json_encode($answer, JSON_UNESCAPED_UNICODE | JSON_THROW_ON_ERROR), "\n";
