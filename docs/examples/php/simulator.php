<?php
// Starts and stops `banc serve` on a free port, and speaks to its control API.
declare(strict_types=1);

const READY_WITHIN_S = 30;

final class Simulator
{
    public string $soapUrl;
    private string $apiUrl;
    private string $folder;
    /** @var resource */
    private $server;

    public function start(): void
    {
        $this->folder = sys_get_temp_dir() . DIRECTORY_SEPARATOR . 'banc-insi-' . bin2hex(random_bytes(6));
        mkdir($this->folder);
        $readyFile = "$this->folder/ready.json";
        $command = [getenv('BANC') ?: 'banc', 'serve', '--port', '0', '--people', '100', '--data-dir', "$this->folder/data", '--ready-file', $readyFile];
        $server = @proc_open($command, [['pipe', 'r'], ['file', "$this->folder/server.log", 'w'], STDERR], $pipes);
        if ($server === false) {
            throw new RuntimeException('banc serve cannot be started: is it on the path? Else set BANC.');
        }
        $this->server = $server;
        for ($deadline = microtime(true) + READY_WITHIN_S; !is_file($readyFile); usleep(50_000)) {
            if (!proc_get_status($server)['running']) {
                throw new RuntimeException('banc serve ended before it was ready.');
            }
            if (microtime(true) > $deadline) {
                throw new RuntimeException('banc serve was not ready in time.');
            }
        }
        $ready = json_decode(file_get_contents($readyFile), true, flags: JSON_THROW_ON_ERROR);
        [$this->soapUrl, $this->apiUrl] = [$ready['soap_url'], $ready['api_url']];
    }

    /** Put a rule in force: $when and $then are those of scenario files. */
    public function script(array $when, array $then): void
    {
        $words = ['fr' => 'Écrit dans un test', 'en' => 'Written in a test'];
        $this->call('POST', '/sessions/default/scenarios', ['scenario' => [
            'id' => 'test/script', 'title' => $words, 'purpose' => $words, 'source' => 'test', 'evidence' => 'inferred',
            'rules' => [['when' => (object) $when, 'then' => (object) $then]],
        ]]);
    }

    public function clearScripts(): void
    {
        $this->call('DELETE', '/sessions/default/scenarios');
    }

    /** What was received and answered, oldest first. */
    public function received(): array
    {
        return $this->call('GET', '/exchanges?bodies=false');
    }

    public function stop(): void
    {
        proc_terminate($this->server);
        proc_close($this->server);
        $files = new RecursiveIteratorIterator(
            new RecursiveDirectoryIterator($this->folder, FilesystemIterator::SKIP_DOTS),
            RecursiveIteratorIterator::CHILD_FIRST
        );
        foreach ($files as $file) {
            $file->isDir() ? rmdir($file->getPathname()) : unlink($file->getPathname());
        }
        rmdir($this->folder);
    }

    private function call(string $method, string $path, ?array $body = null): ?array
    {
        $answer = file_get_contents($this->apiUrl . $path, false, stream_context_create(['http' => [
            'method' => $method,
            'header' => 'Content-Type: application/json',
            'content' => $body === null ? '' : json_encode($body, JSON_THROW_ON_ERROR),
            'ignore_errors' => true,
        ]]));
        preg_match('/ (\d{3})/', $http_response_header[0], $status);
        if ((int) $status[1] >= 400) {
            throw new RuntimeException("$method $path: $answer");
        }
        return $answer === '' ? null : json_decode($answer, true, flags: JSON_THROW_ON_ERROR);
    }
}
