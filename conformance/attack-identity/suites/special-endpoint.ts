import type { Random } from '../../attack/random.ts'

type Bytes = readonly [number, number, number, number]

/**
 * Returns the bytes of a random IPv4 address that is not public: loopback, link-local, metadata service, private,
 * shared or multicast.
 */
function specialAddress(random: Random): Bytes {
  const any = (): number => random.int(256)
  return random.pick<Bytes>([
    [127, 0, 0, 1],
    [127, any(), any(), any()],
    [169, 254, 169, 254],
    [169, 254, any(), any()],
    [10, any(), any(), any()],
    [172, 16 + random.int(16), any(), any()],
    [192, 168, any(), any()],
    [100, 64 + random.int(64), any(), any()],
    [100, 100, 100, 200],
    [168, 63, 129, 16],
    [192, 0, 0, 192],
    [0, any(), any(), any()],
    [224 + random.int(16), any(), any(), any()],
    [255, 255, 255, 255],
  ])
}

const hex = (byte: number): string => byte.toString(16)

/**
 * Functions that spell an IPv4 address: as a URL parser accepts it, inside an IPv6 address, or as a name of the local
 * network.
 */
const spellings: readonly ((bytes: Bytes, random: Random) => string)[] = [
  (bytes) => bytes.join('.'),
  (bytes) => String(Buffer.from(bytes).readUInt32BE()),
  (bytes) => `0x${Buffer.from(bytes).toString('hex')}`,
  (bytes) => bytes.map((byte) => `0x${hex(byte)}`).join('.'),
  (bytes) => bytes.map((byte) => `0${byte.toString(8)}`).join('.'),
  ([a, b, c, d]) => `${a}.${b}.${c * 256 + d}`,
  ([a, b, c, d]) => `${a}.${(b * 256 + c) * 256 + d}`,
  (bytes) => `${bytes.join('.')}.`,
  (bytes) => `[::ffff:${bytes.join('.')}]`,
  ([a, b, c, d]) => `[::ffff:${hex(a * 256 + b)}:${hex(c * 256 + d)}]`,
  (bytes) => `[64:ff9b::${bytes.join('.')}]`,
  ([a, b, c, d]) => `[2002:${hex(a * 256 + b)}:${hex(c * 256 + d)}::]`,
  (_, random) => random.pick(['[::1]', '[::]', '[fe80::1]', '[fd00:ec2::254]', '[fc00::1]']),
  (_, random) => random.pick(['localhost', 'LOCALHOST', 'localhost.', 'a.localhost', 'x.y.localhost']),
]

/** Returns the URL of an endpoint in the server's own network, with the address in one of many spellings. */
export function specialEndpoint(random: Random): string {
  const host = random.pick(spellings)(specialAddress(random), random)
  const port = random.pick(['', ':80', ':9000', ':5432', ':8181'])
  const path = random.pick(['', '/', '/latest/meta-data/'])
  return `${random.pick(['http', 'https'])}://${host}${port}${path}`
}
