<?php
// Tests of insi.php against the simulated teleservice.
declare(strict_types=1);

require __DIR__ . '/insi.php';
require __DIR__ . '/simulator.php';

$failed = 0;
function check(string $what, mixed $expected, mixed $got): void
{
    global $failed;
    $right = $expected === $got;
    $failed += $right ? 0 : 1;
    echo $right ? "ok      $what\n" : "FAILED  $what: expected " . json_encode($expected) . ', got ' . json_encode($got) . "\n";
}

$zoe = ['NomNaissance' => 'ADRUN', 'Prenom' => 'ZOE', 'Sexe' => 'F', 'DateNaissance' => '1975-12-31'];
$simulator = new Simulator();
$simulator->start();
try {
    $url = $simulator->soapUrl;
    check('a known person is found', '275126322074974', lookUp($url, $zoe));
    check('nobody is made up', null, lookUp($url, ['NomNaissance' => 'NOBODY'] + $zoe));
    $simulator->script(['birth_name' => 'ADRUN'], ['fault' => 'insi_102']);
    try {
        $told = lookUp($url, $zoe);
    } catch (InsiUnavailable $error) {
        $told = $error->getMessage();
    }
    check('an outage is told', 'insi_102', $told);
    $simulator->clearScripts();
    check('and is over when it is over', '275126322074974', lookUp($url, $zoe));
    check('the simulator received all of it', ['00', '01', 'insi_102', '00'], array_column($simulator->received(), 'code'));
} finally {
    $simulator->stop();
}
exit($failed === 0 ? 0 : 1);
