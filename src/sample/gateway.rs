//! Gateway configurations: the files of `assets/gateways/` as they are tested, with this desk's addresses filled in.

use std::net::{IpAddr, SocketAddr};

use super::Upstream;

/// A file of a gateway.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Gateway {
    /// nginx, by `auth_request`.
    Nginx,
    /// Caddy, by `reverse_proxy` with a response matcher.
    Caddy,
    /// HAProxy.
    Haproxy,
    /// The action in Lua that HAProxy's configuration loads.
    HaproxyLua,
    /// Envoy, by `ext_authz`.
    Envoy,
    /// Traefik, by `forwardAuth`.
    Traefik,
}

/// What is known of a gateway's file.
struct Row {
    name: &'static str,
    title: &'static str,
    text: &'static str,
    /// The verifier's socket as the file writes it, up to the path.
    socket: &'static str,
    /// What the head of the file says of a socket, and what it says instead of an address: there the token has to be put
    /// in by hand.
    head: (&'static str, &'static str),
    /// Where the token's line goes, and the line: on a Unix socket there is none.
    token: (&'static str, &'static str),
}

const TABLE: [Row; 6] = [
    Row {
        name: "nginx",
        title: "nginx",
        text: include_str!("../../assets/gateways/nginx.conf"),
        socket: "unix:/run/keydesk/verifier.sock",
        head: (
            "# The verifier's socket is /run/keydesk/verifier.sock: nginx's user must be in the group that owns it.\n",
            "# The verifier listens at @ADDRESS@: put its token, what is in its --gateway-token-file, into the line\n\
             # X-Keydesk-Gateway-Token below, and let nobody read this file but root, who starts nginx.\n",
        ),
        token: (
            "        proxy_set_header Host keydesk;\n",
            "        proxy_set_header X-Keydesk-Gateway-Token \"@TOKEN@\";\n",
        ),
    },
    Row {
        name: "caddy",
        title: "Caddy",
        text: include_str!("../../assets/gateways/Caddyfile"),
        socket: "unix//run/keydesk/verifier.sock",
        head: (
            "# The verifier's socket is /run/keydesk/verifier.sock: Caddy's user must be in the group that owns it.\n",
            "# The verifier listens at @ADDRESS@: put its token, what is in its --gateway-token-file, into the line\n\
             # X-Keydesk-Gateway-Token below, and let nobody read this file but Caddy's user. Caddy's admin endpoint tells the\n\
             # token to every process of this machine: let it listen at a socket (`admin` among the global options).\n",
        ),
        token: (
            "\t\t\theader_up X-Forwarded-Uri {http.request.orig_uri}\n",
            "\t\t\theader_up X-Keydesk-Gateway-Token \"@TOKEN@\"\n",
        ),
    },
    Row {
        name: "haproxy",
        title: "HAProxy",
        text: include_str!("../../assets/gateways/haproxy.cfg"),
        socket: "",
        head: (
            "# The verifier's socket is /run/keydesk/verifier.sock. HAProxy gives up every group of its user but the one that `group` in\n\
             # `global` names (Debian: haproxy): that one must own the socket, else everybody is answered 503. With `chroot` in `global`,\n\
             # as Debian has it, the socket must be seen inside: by BindReadOnlyPaths= in HAProxy's unit, for example. Over TCP, with a\n\
             # token, neither matters.\n",
            "# The verifier listens at @ADDRESS@, says keydesk.lua; its token has to be put in there.\n",
        ),
        token: ("", ""),
    },
    Row {
        name: "haproxy-lua",
        title: "keydesk.lua",
        text: include_str!("../../assets/gateways/keydesk.lua"),
        socket: "unix@/run/keydesk/verifier.sock",
        head: (
            "-- VERIFIER is the verifier's socket, as HAProxy sees it inside its chroot, if it has one. haproxy.cfg says what it takes to\n\
             -- reach it.\n",
            "-- VERIFIER is where the verifier listens: put its token, what is in its --gateway-token-file, into the line\n\
             -- x-keydesk-gateway-token below, and let nobody read this file but root, who starts HAProxy.\n",
        ),
        token: (
            "  local fields, count = fields_of_client(txn)\n",
            "  fields[\"x-keydesk-gateway-token\"] = { \"@TOKEN@\" }\n",
        ),
    },
    Row {
        name: "envoy",
        title: "Envoy",
        text: include_str!("../../assets/gateways/envoy.yaml"),
        socket: "pipe: { path: \"/run/keydesk/verifier.sock\" }",
        head: (
            "# The verifier's socket is /run/keydesk/verifier.sock: Envoy's user must be in the group that owns it.\n",
            "# The verifier listens at @ADDRESS@: put its token, what is in its --gateway-token-file, into both lines\n\
             # `key: x-keydesk-gateway-token` below, and let nobody read this file but Envoy's user.\n",
        ),
        token: (
            "                - { remove: x-envoy-auth-partial-body }\n",
            "                - append:\n                    header: { key: x-keydesk-gateway-token, value: \"@TOKEN@\" }\n                    append_action: OVERWRITE_IF_EXISTS_OR_ADD\n",
        ),
    },
    Row {
        name: "traefik",
        title: "Traefik",
        text: include_str!("../../assets/gateways/traefik.yml"),
        socket: "",
        head: ("", ""),
        token: ("", ""),
    },
];

/// The socket's path in the files.
const PATH: &str = "/run/keydesk/verifier.sock";
/// Where the verifier is in the files as they are shipped.
pub const SHIPPED: &str = "unix:/run/keydesk/verifier.sock";
/// The note for users who may not see the addresses of the API and its verifier.
pub const NOT_YOURS: &str =
    "The addresses are examples: only Administrators and Auditors see those of this desk. Ask one for them.";
/// What an operator puts in its place.
const TOKEN: &str = "PUT THE GATEWAY TOKEN HERE";
/// Fields that Envoy keeps from the API.
const ENVOY_KEPT: &str = "request_headers_to_remove: [authorization, proxy-authorization";

/// Why no configuration can be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "The verifier's socket is at a path that cannot stand in a gateway's configuration. Name one of letters, digits \
     and - . _ / in the config file, under [serve], as listen = [\"unix:/run/keydesk/verifier.sock\"]."
)]
pub struct OddPath;

impl Gateway {
    /// Every file, in the order of the tabs.
    pub const ALL: [Self; 6] = [Self::Nginx, Self::Caddy, Self::Haproxy, Self::HaproxyLua, Self::Envoy, Self::Traefik];

    fn row(self) -> &'static Row {
        &TABLE[self as usize]
    }

    /// Its name on the command line.
    pub fn name(self) -> &'static str {
        self.row().name
    }

    /// The word of its tab.
    pub fn title(self) -> &'static str {
        self.row().title
    }

    /// The file with this desk's addresses: `verifier` is where it listens, in the form that `keydesk serve` takes
    /// (`unix:PATH`, or an address and port).
    pub fn snippet(self, verifier: &str, upstream: &Upstream) -> Result<String, OddPath> {
        let text = self.row().text.to_owned();
        let text = match (verifier.strip_prefix("unix:"), verifier.parse()) {
            (Some(path), _) => self.by_socket(&text, path)?,
            (None, Ok(address)) => self.by_tcp(text, address),
            (None, Err(_)) => return Err(OddPath),
        };
        Ok(self.with_upstream(text, upstream))
    }

    fn by_socket(self, text: &str, path: &str) -> Result<String, OddPath> {
        let plain = |b: u8| b.is_ascii_alphanumeric() || b"-._/".contains(&b);
        match path.starts_with('/') && path.bytes().all(plain) {
            true => Ok(text.replace(PATH, path)),
            false => Err(OddPath),
        }
    }

    fn by_tcp(self, text: String, address: SocketAddr) -> String {
        let Row { socket, head, token: (before, line), .. } = self.row();
        let text = match head.0 {
            "" => text,
            of_socket => text.replace(of_socket, &head.1.replace("@ADDRESS@", &address.to_string())),
        };
        let with_token = |text: String| text.replace(before, &format!("{before}{}", line.replace("@TOKEN@", TOKEN)));
        match self {
            Self::Haproxy => text,
            Self::Traefik => text.replace("127.0.0.1:8730", &address.to_string()),
            Self::Envoy => {
                let place =
                    format!("socket_address: {{ address: \"{}\", port_value: {} }}", address.ip(), address.port());
                let kept = format!("{ENVOY_KEPT}, x-keydesk-gateway-token");
                with_token(text.replace(socket, &place).replace(ENVOY_KEPT, &kept))
            }
            Self::Nginx | Self::Caddy | Self::HaproxyLua => with_token(text.replace(socket, &address.to_string())),
        }
    }

    fn with_upstream(self, text: String, upstream: &Upstream) -> String {
        let text = text.replace("127.0.0.1:9000", &upstream.to_string());
        if self != Self::Envoy {
            return text;
        }
        // In quotes: `null` and `1e3` are names of hosts, and something else to YAML.
        let place = |host: &str, port: u16| format!("socket_address: {{ address: \"{host}\", port_value: {port} }}");
        let (shipped, place) = (place("127.0.0.1", 9000), place(upstream.host(), upstream.port()));
        let text = text.replace(&shipped, &place);
        match upstream.host().parse::<IpAddr>() {
            Ok(_) => text,
            // A static cluster takes addresses only.
            Err(_) => text.replace("  - name: api\n    connect", "  - name: api\n    type: STRICT_DNS\n    connect"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_file_is_what_is_shown_for_the_shipped_addresses() {
        for gateway in Gateway::ALL {
            let shown = gateway.snippet(SHIPPED, &Upstream::default()).unwrap();
            assert_eq!(shown, gateway.row().text, "{}", gateway.name());
        }
    }

    #[test]
    fn every_place_that_is_filled_in_is_there() {
        for gateway in Gateway::ALL {
            let Row { text, socket, head, token: (before, _), .. } = gateway.row();
            let times = if gateway == Gateway::Envoy { 2 } else { 1 };
            if !socket.is_empty() {
                assert_eq!((text.matches(socket).count(), text.matches(before).count()), (1, times), "{socket}");
            }
            assert!(head.0.is_empty() || text.matches(head.0).count() == 1, "{}", head.0);
            assert_eq!(text.contains("9000"), gateway != Gateway::HaproxyLua);
        }
    }

    /// Who listens at an address reads of the token and where it goes, and nothing of sockets and groups.
    #[test]
    fn the_head_is_that_of_the_place() {
        let head = |gateway: Gateway, place: &str| -> String {
            let text = gateway.snippet(place, &Upstream::default()).unwrap();
            text.lines().take_while(|line| line.is_empty() || line.starts_with(['#', '-'])).collect()
        };
        for gateway in Gateway::ALL {
            let (by_socket, by_tcp) = (head(gateway, "unix:/srv/v.sock"), head(gateway, "127.0.0.2:8999"));
            let of_socket = |text: &str| text.contains("verifier's socket");
            assert_eq!(of_socket(&by_socket), gateway != Gateway::Traefik, "{by_socket}");
            assert!(!of_socket(&by_tcp) && by_tcp.contains("token"), "{by_tcp}");
            let field = match gateway {
                Gateway::Haproxy => "keydesk.lua",
                Gateway::HaproxyLua | Gateway::Envoy => "x-keydesk-gateway-token",
                Gateway::Nginx | Gateway::Caddy | Gateway::Traefik => "X-Keydesk-Gateway-Token",
            };
            assert!(by_tcp.contains(field), "{by_tcp}");
            assert!(gateway == Gateway::HaproxyLua || by_tcp.contains("127.0.0.2:8999"), "{by_tcp}");
        }
    }

    #[test]
    fn nothing_of_the_shipped_addresses_is_left() {
        let upstream = "api.internal:8443".parse().unwrap();
        for gateway in Gateway::ALL {
            let by_socket = gateway.snippet("unix:/srv/key-desk/v.sock", &upstream).unwrap();
            let by_tcp = gateway.snippet("127.0.0.2:8999", &upstream).unwrap();
            assert!(!by_socket.contains(PATH) && !by_socket.contains("9000"), "{by_socket}");
            assert!(!by_tcp.contains("127.0.0.1:8730") && !by_tcp.contains("9000"), "{by_tcp}");
            let asks = gateway != Gateway::Haproxy;
            let left = by_tcp.contains("unix") || by_tcp.contains(PATH);
            assert_eq!((by_tcp.contains(TOKEN), left), (asks, false), "{by_tcp}");
            assert!(gateway == Gateway::Traefik || by_socket.contains("/srv/key-desk/v.sock"));
            assert_eq!(by_socket.contains("api.internal"), gateway != Gateway::HaproxyLua);
        }
    }

    #[test]
    fn what_is_put_into_yaml_is_a_string_there() {
        for host in ["null", "1e3", "true", "[2001:db8::7]", "10.0.0.7"] {
            let upstream: Upstream = format!("{host}:8443").parse().unwrap();
            let envoy = Gateway::Envoy.snippet(SHIPPED, &upstream).unwrap();
            let address = format!("address: \"{}\", port_value: 8443", host.trim_matches(['[', ']']));
            assert!(envoy.contains(&address), "{envoy}");
            let by_name = !host.starts_with(['[', '1']) || host == "1e3";
            assert_eq!(envoy.contains("type: STRICT_DNS"), by_name, "{host}");
            let traefik = Gateway::Traefik.snippet("127.0.0.1:8730", &upstream).unwrap();
            assert!(traefik.contains(&format!("url: \"http://{host}:8443\"")), "{traefik}");
        }
    }

    #[test]
    fn a_path_that_would_end_a_word_is_refused() {
        for odd in ["unix:/run/a b", "unix:/run/a;b", "unix:/run/a\"", "unix:rel", "unix:", "localhost:80", ""] {
            assert_eq!(Gateway::Nginx.snippet(odd, &Upstream::default()), Err(OddPath), "{odd}");
        }
    }
}
