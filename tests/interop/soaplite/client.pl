# A call of INSi with SOAP::Lite (Debian: libsoap-lite-perl liblwp-protocol-https-perl). Job on standard input: one name=value on each line.
# wsdl and url, ca (trust store, PEM), cert and key (PEM files, mutual TLS only), assertion (file, CPx only), issuer (Emetteur), and the parts
# of the request: traits.*, or operation and arguments.*. The answer is one JSON object.
use strict;
use warnings;
use POSIX qw(strftime);
use JSON::PP;
use SOAP::Lite;

my $soap = 'http://www.w3.org/2003/05/soap-envelope';
my %namespaces = (
    ctxbam => 'urn:siram:bam:ctxbam',
    ctxlps => 'urn:siram:lps:ctxlps',
    wsa    => 'http://www.w3.org/2005/08/addressing',
    wsse   => 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd',
    sans   => 'http://www.cnamts.fr/INSiRecSans',
    req    => 'http://www.cnamts.fr/INSiLot2/REQUnitaire',
);
my %job;
binmode STDIN, ':encoding(UTF-8)';
while (my $line = <STDIN>) {
    chomp $line;
    my ($name, $value) = split /=/, $line, 2;
    push @{ $job{$name} }, $value;
}

sub one { my ($name) = @_; return $job{$name} ? $job{$name}[0] : undef }

sub uuid {
    return join '-', map { join '', map { sprintf '%x', int rand 16 } 1 .. $_ } 8, 4, 4, 4, 12;
}

# One element with a text, or with elements; without any content none, or SOAP::Lite would write xsi:nil.
sub element {
    my ($prefix, $name, @content) = @_;
    return () unless @content;
    my $data = SOAP::Data->name($name)->prefix($prefix);
    return $data->value(\SOAP::Data->value(@content)) if @content && ref $content[0];
    return $data->type('')->value($content[0]);
}

sub texts {
    my ($prefix, $from, @names) = @_;
    return map { my $name = $_; map { element($prefix, $name, $_) } @{ $job{"$from$name"} || [] } } @names;
}

my $operation = one('operation') // 'rechercherInsAvecTraitsIdentite';
my $now       = strftime '%Y-%m-%dT%H:%M:%SZ', gmtime;
my @headers   = (
    SOAP::Header->name('ContexteBAM')->prefix('ctxbam')->attr({ Version => '01_02', Nature => 'CTXBAM', 'soap:mustUnderstand' => 'true' })->value(
        \SOAP::Data->value(
            element('ctxbam', 'Id', uuid()), element('ctxbam', 'Temps', $now),
            element('ctxbam', 'Emetteur', one('issuer')), element('ctxbam', 'COUVERTURE', ''),
        )
    ),
    SOAP::Header->name('ContexteLPS')->prefix('ctxlps')->attr({ Version => '01_00', Nature => 'CTXLPS', 'soap:role' => "$soap/role/ultimateReceiver" })->value(
        \SOAP::Data->value(
            element('ctxlps', 'Id', uuid()), element('ctxlps', 'Temps', $now), element('ctxlps', 'Emetteur', one('issuer')),
            element('ctxlps', 'LPS',
                element('ctxlps', 'IDAM', '750000000001')->attr({ R => '4' }), element('ctxlps', 'Version', '01.00'),
                element('ctxlps', 'Instance', '5f0c4b52-7f5e-4b4e-9a55-0c5f3c1f2a16'), element('ctxlps', 'Nom', 'urn:lps:BANC-SOAPLITE:1.0'),
            ),
        )
    ),
    SOAP::Header->name('MessageID')->prefix('wsa')->type('')->value('uuid:' . uuid()),
    # No part of the WSDL, yet expected; SOAP::Lite itself says the action in SOAPAction alone, which is of SOAP 1.1.
    SOAP::Header->name('Action')->prefix('wsa')->type('')->value("urn:ServiceIdentiteCertifiee:1.0.0:$operation"),
);
if (one('assertion')) {
    open my $file, '<:raw', one('assertion') or die "assertion: $!";
    my $assertion = do { local $/; <$file> };
    # As it is: an assertion that is parsed and written again may lose its signature.
    push @headers, SOAP::Header->type(xml => "<wsse:Security>$assertion</wsse:Security>");
}

my $request;
if ($operation eq 'rechercherInsAvecTraitsIdentite') {
    $request = element('sans', 'RECSANSVITALE', texts('sans', 'traits.', qw(NomNaissance Prenom Sexe DateNaissance LieuNaissance)));
} else {
    my $claim = 'arguments.IndividuVerifie.';
    $request = element('req', 'Requete', element('req', 'IndividuVerifie',
        element('req', 'INSFourni',
            element('req', 'IdIndividu', texts('req', "${claim}INSFourni.IdIndividu.", qw(NumIdentifiant Cle))),
            texts('req', "${claim}INSFourni.", 'OID')),
        element('req', 'TraitsIdentiteIndividu',
            texts('req', "${claim}TraitsIdentiteIndividu.", qw(NomNaissance Prenom Sexe DateNaissance))),
    ));
}

# Its Envelope says soap:encodingStyle, which SOAP 1.2 does not have there: the answer comes all the same.
my $service = SOAP::Lite->soapversion('1.2')->proxy(one('url'), timeout => 30)->on_fault(sub { });
$service->transport->ssl_opts(SSL_ca_file => one('ca'), verify_hostname => 1);
$service->transport->ssl_opts(SSL_cert_file => one('cert'), SSL_key_file => one('key')) if one('cert');
$service->serializer->autotype(0);
$service->serializer->register_ns($namespaces{$_}, $_) for keys %namespaces;
# What is called is the element of the body: document/literal has no element for the operation.
my $answer = $service->call(SOAP::Data->name($request->name)->prefix($request->prefix) => ${ $request->value }, @headers);
die $service->transport->status . "\n" unless ref $answer;

sub text { my ($path) = @_; return $answer->valueof("//$path") }

my %told;
if ($answer->fault) {
    my $error = $answer->match('//Erreur')->dataof;
    die $answer->faultstring . "\n" unless $error;
    %told = (fault => $error->attr->{code}, severity => $error->attr->{severite}, label => $error->value, text => $answer->valueof('//Reason/Text'));
} else {
    %told = (code => text('CodeCR'), label => text('LibelleCR'));
    if ($answer->match('//INDIVIDU')) {
        my @histories = $answer->valueof('//INSHISTO');
        %told = (
            %told,
            matricule   => text('INSACTIF/IdIndividu/NumIdentifiant'),
            key         => text('INSACTIF/IdIndividu/Cle'),
            oid         => text('INSACTIF/OID'),
            birth_name  => text('TIQ/NomNaissance'),
            first_names => text('TIQ/ListePrenom'),
            birth_place => text('TIQ/LieuNaissance'),
            history     => scalar @histories,
        );
    }
}
binmode STDOUT;
print JSON::PP->new->utf8->encode(\%told), "\n";
