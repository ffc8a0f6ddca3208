//! What follows the help of each command: lines that can be copied.

pub(super) const ALL: &str = "\
Passwords come from --password-file, --password-env or a prompt, never from an argument.
Exit codes: 0 done, 1 failed, 2 usage or configuration; check has its own.

Start here:
  oobwatch pin 192.0.2.10                        look at the certificate, compare it
  oobwatch check fmc://api@192.0.2.10 --pin sha256:...
";

pub(super) const CHECK: &str = "\
All targets are checked at the same time; the exit code is that of the worst. Usage and
configuration errors exit with 3 as well, as monitoring systems expect, and nothing is sent to
any target. --password-*, --pin and --ca-file go for all targets; boxes that differ in them have
their own in the configuration. Ctrl-C and SIGTERM log out first, then exit with 130 and 143.

A check takes 50 seconds at most, logging out 5 more, and closing what a killed run left up
to 10; --timeout makes each less: choose it if your monitoring system kills a check before, as then
only the next run can log out.

Examples:
  oobwatch check fmc1 chassis1
  oobwatch check fmc://api@192.0.2.10 --pin sha256:... --password-file /etc/oobwatch/fmc.password
  oobwatch check fxos://admin@192.0.2.20 --ca-file ca.pem --format nagios
  oobwatch check fmc1 --only devices,alerts -w devices_critical=0 -c devices_critical=2 -c time=20
";

pub(super) const WATCH: &str = "\
Sessions are kept from check to check and closed in the end: on q, Ctrl-C, SIGTERM, and when the
terminal goes away. Targets on the same box and account share one login, and so must agree in pins
or ca_file, password, timeout and cache. The table can be read without colour; NO_COLOR turns it
off. '?' shows the keys.

Examples:
  oobwatch watch
  oobwatch watch fmc1 chassis1 --interval 30
  oobwatch watch --once                          the table once, for scripts; exit code as check
";

pub(super) const TOKEN: &str = "\
Examples:
  oobwatch token fmc1                                  show tokens and domains, log out
  oobwatch token fmc1 --keep --format header | curl -H @- https://...
  eval \"$(oobwatch token fmc1 --keep --format env)\"
";

pub(super) const TOKEN_REFRESH: &str = "\
Example:
  oobwatch token refresh fmc1 --access-token-env ACCESS --refresh-token-env REFRESH --format env
";

pub(super) const TOKEN_REVOKE: &str = "\
Example:
  oobwatch token revoke fmc1 --access-token-env ACCESS
";

pub(super) const GET: &str = "\
Examples:
  oobwatch get fmc1 /api/fmc_platform/v1/info/serverversion
  oobwatch get fmc1 '/api/fmc_config/v1/domain/{domainUUID}/devices/devicerecords?expanded=true' --all-pages
  oobwatch get chassis1 /api/sys/firmware
";

pub(super) const POST: &str = "\
Example:
  oobwatch post fmc1 '/api/fmc_config/v1/domain/{domainUUID}/object/networks' \\
    --data '{\"name\":\"lab\",\"type\":\"Network\",\"value\":\"192.0.2.0/24\"}'
";

pub(super) const PUT: &str = "\
Example:
  oobwatch put fmc1 '/api/fmc_config/v1/domain/{domainUUID}/object/networks/UUID' --data @network.json
";

pub(super) const PATCH: &str = "\
Example:
  echo '{...}' | oobwatch patch chassis1 /api/PATH --data - --dry-run
";

pub(super) const DELETE: &str = "\
Example:
  oobwatch delete fmc1 '/api/fmc_config/v1/domain/{domainUUID}/object/networks/UUID'
";

pub(super) const UPLOAD: &str = "\
Example:
  oobwatch upload chassis1 /api/PATH image.SPA
";

pub(super) const PIN: &str = "\
Nothing is sent but the TLS handshake, and nothing is trusted by it.

Examples:
  oobwatch pin fmc1.example.com
  oobwatch pin '[2001:db8::1]:8443'
";

pub(super) const EXPORTER: &str = "\
Prometheus asks for /probe?target=NAME, where NAME is a target of the configuration; nothing is
sent to anything else. Sessions are kept between scrapes. SIGHUP reloads the configuration;
SIGTERM logs all sessions out, then exits with 0. The port, TLS and users of its own are set in
[exporter]: see docs/exporter.md.

Examples:
  oobwatch exporter --check-config
  oobwatch exporter --listen 127.0.0.1:10115 --log-format json
  oobwatch exporter --hash-password
";

pub(super) const COMPLETIONS: &str = "\
Examples:
  oobwatch completions bash > ~/.local/share/bash-completion/completions/oobwatch
  oobwatch completions zsh > ~/.zfunc/_oobwatch
";

pub(super) const MAN: &str = "\
Example:
  oobwatch man ~/.local/share/man/man1
";

pub(super) const SESSIONS: &str = "\
A run that was killed may leave a session open; the next run on the same box closes it by itself.
With --cache, runs share a session, which stays open until it is revoked or ends by itself.

Examples:
  oobwatch sessions list
  oobwatch sessions revoke fmc1
  oobwatch sessions revoke fmc://192.0.2.10 --pin sha256:...
  oobwatch sessions forget fmc1
";

pub(super) const UNLOCK: &str = "\
A password that a box refuses is tried once more by a later run, a minute later at the earliest,
and then no more: until it is changed, or this command says that the account is in order.

Examples:
  oobwatch unlock monitor
  oobwatch unlock fmc://192.0.2.10
";

pub(super) const CONFIG: &str = "\
'config check' names everything that is wrong with the file at once, each with its line, and reads
the passwords and certificates that it refers to. Exit codes: 0 all is well, 2 something is not.

Examples:
  oobwatch config check
  oobwatch config check --config /etc/oobwatch/oobwatch.toml
  oobwatch config keys
";

pub(super) const FIRMWARE_CONFIG: &str = "\
A board has no terminal to ask on, no system's roots and no state of this machine. What it could not
enforce is refused here, all of it at once, and nothing is written. The image holds passwords in
clear: its file is made for its owner alone; delete it once the board has it.

  [firmware]
  address = \"192.0.2.20/24\"             # without it: DHCP
  gateway = \"192.0.2.1\"
  name_servers = [\"192.0.2.53\"]
  syslog = [\"192.0.2.9\", \"logs.example:5514\"]
  probe_every = 60                       # seconds; a target may have its own
  check_every = 300
  targets = [\"fmc\", \"chassis\"]         # without it: all

  [targets.fmc]
  certificate = \"fmc.pem\"               # PEM or DER; or leave it to --fetch; or ca_file

  [[firmware.webhooks]]
  url_file = \"webhook.url\"
  ca_file = \"webhook-ca.pem\"

Examples:
  oobwatch firmware-config oobwatch.toml -o config.bin
  oobwatch firmware-config oobwatch.toml -o config.bin --fetch
  oobwatch firmware-config --show config.bin
";
