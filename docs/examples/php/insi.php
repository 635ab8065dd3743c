<?php
// Looks an identity up with SoapClient: the software under test, in its simplest form.
declare(strict_types=1);

const WSA = 'http://www.w3.org/2005/08/addressing';
const ACTION = 'urn:ServiceIdentiteCertifiee:1.0.0:rechercherInsAvecTraitsIdentite';

class InsiUnavailable extends Exception
{
}

function uuid(): string
{
    $bytes = random_bytes(16);
    $bytes[6] = chr(ord($bytes[6]) & 0x0f | 0x40);
    $bytes[8] = chr(ord($bytes[8]) & 0x3f | 0x80);
    return vsprintf('%s%s-%s-%s-%s-%s%s%s', str_split(bin2hex($bytes), 4));
}

/** Return the matricule (15 characters), or null when INSi finds nobody or several; InsiUnavailable on a fault. */
function lookUp(string $url, array $traits): ?string
{
    $client = new SoapClient("$url?wsdl", ['soap_version' => SOAP_1_2, 'cache_wsdl' => WSDL_CACHE_NONE, 'trace' => true]);
    $now = gmdate('Y-m-d\TH:i:s\Z');
    $headers = [
        new SoapHeader('urn:siram:bam:ctxbam', 'ContexteBAM', [
            'Version' => '01_02', 'Id' => uuid(), 'Temps' => $now, 'Emetteur' => '10B0000001', 'COUVERTURE' => [],
        ]),
        new SoapHeader('urn:siram:lps:ctxlps', 'ContexteLPS', [
            'Version' => '01_00', 'Nature' => 'CTXLPS', 'Id' => uuid(), 'Temps' => $now, 'Emetteur' => '10B0000001',
            'LPS' => [
                'IDAM' => ['_' => '750000000001', 'R' => '4'],
                'Version' => '01.00',
                'Instance' => '5f0c4b52-7f5e-4b4e-9a55-0c5f3c1f2a10',
                'Nom' => 'urn:lps:EXAMPLE-PHP:1.0',
            ],
        ]),
        new SoapHeader(WSA, 'MessageID', 'uuid:' . uuid()),
        new SoapHeader(WSA, 'Action', ACTION),
    ];
    try {
        $client->__soapCall('rechercherInsAvecTraitsIdentite', [$traits], null, $headers);
    } catch (SoapFault $fault) {
        // The code of INSi is an attribute, which SoapClient drops.
        preg_match('/ code="(\w+)"/', (string) $client->__getLastResponse(), $found);
        throw new InsiUnavailable($found[1] ?? $fault->getMessage());
    }
    $answer = new DOMDocument();
    $answer->loadXML($client->__getLastResponse(), LIBXML_NONET);
    $text = fn (string $name): ?string => $answer->getElementsByTagNameNS('http://www.cnamts.fr/INSiResultat', $name)->item(0)?->textContent;
    return $text('CodeCR') === '00' ? $text('NumIdentifiant') . $text('Cle') : null;
}
