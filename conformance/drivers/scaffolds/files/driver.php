<?php
// Driver of my software for banc-insi. PHP 8, nothing to install: php -S 127.0.0.1:9000 driver.php
//
// Each verb is something that a user of the software can do on screen. Call the functions behind the screens, with their
// checks, locks and logs; do not write into the database. Then add the verb to VERBS. The whole API: banc driver show
//
// Routes of the verbs:
@@VERBS@@

const VERBS = []; // for instance ['create_patient', 'read_patient']
const NOT_SUPPORTED = []; // for instance ['downgrade_status' => 'The status is never lowered by hand.']

/** The software refuses and has changed nothing: a normal answer (409). */
class Refused extends Exception
{
    public function __construct(public string $software_code, string $message, public array $fields = [])
    {
        parent::__construct($message);
    }
}

function capabilities(array $request): array
{
    return [200, ['name' => 'My software', 'version' => '1.0', 'vendor' => 'My company', 'verbs' => VERBS,
        'not_supported' => (object) NOT_SUPPORTED]];
}

function reset_all(array $request): array
{
    error_log('INSi is now at ' . $request['body']['insi_url']); // Forget all patients and logs, call INSi there.
    return [204, null];
}

// A verb to begin with. Return the patient as the file holds it, empty fields as null:
//
// function create_patient(array $request): array
// {
//     $typed = $request['body'];
//     if (empty($typed['birth_place'])) {
//         throw new Refused('MISSING_FIELD', 'Birth place is mandatory.', ['birth_place']);
//     }
//     return [201, ['id' => '1', 'status' => 'PROV', 'matricule' => null, 'oid' => null,
//         'birth_name' => $typed['birth_name'], 'first_names' => null, 'first_name' => $typed['first_name'],
//         'birth_date' => $typed['birth_date'], 'sex' => $typed['sex'], 'birth_place' => $typed['birth_place'],
//         'used_name' => null, 'used_first_name' => null, 'attributes' => []]];
// }

const ROUTES = [
    ['GET', '#^/capabilities$#', 'capabilities'],
    ['POST', '#^/reset$#', 'reset_all'],
    // ['POST', '#^/patients$#', 'create_patient'],
    // ['GET', '#^/patients/(?<patient_id>[^/]+)$#', 'read_patient'],
];

function answer(): array
{
    $path = parse_url($_SERVER['REQUEST_URI'], PHP_URL_PATH);
    foreach (ROUTES as [$method, $pattern, $act]) {
        if ($method === $_SERVER['REQUEST_METHOD'] && preg_match($pattern, $path, $matched)) {
            $content = file_get_contents('php://input');
            return $act([
                ...array_map('rawurldecode', array_filter($matched, 'is_string', ARRAY_FILTER_USE_KEY)),
                'query' => $_GET,
                'body' => $content === '' ? null : json_decode($content, true, 32, JSON_THROW_ON_ERROR),
                'user' => $_SERVER['HTTP_X_BANC_USER'] ?? null,
                'role' => $_SERVER['HTTP_X_BANC_ROLE'] ?? 'USER',
            ]);
        }
    }
    return [404, ['code' => 'NOT_FOUND', 'message' => "no route for {$_SERVER['REQUEST_METHOD']} $path"]];
}

try {
    [$status, $document] = answer();
} catch (Refused $refusal) {
    [$status, $document] = [409, ['code' => $refusal->software_code, 'message' => $refusal->getMessage(),
        'fields' => $refusal->fields]];
} catch (Throwable $error) { // The bench says INCONCLUSIVE, with this text.
    [$status, $document] = [500, ['code' => 'ERROR', 'message' => (string) $error]];
}
http_response_code($status);
if ($document !== null) {
    header('Content-Type: application/json');
    echo json_encode($document, JSON_UNESCAPED_UNICODE | JSON_THROW_ON_ERROR);
}
