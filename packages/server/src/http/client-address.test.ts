import { expect, test } from 'vitest'
import { checkNetwork, clientAddressBehind, type TrustedProxies } from './client-address.ts'
import { forwardedFor, hostOf, partyOf } from './forwarded.ts'

const networks = ['10.0.0.0/8', '2001:db8:1::/48', '192.0.2.7']

function seen(
  peer: string | undefined,
  headers: Record<string, string>,
  trust: Partial<TrustedProxies> = {},
): string {
  const request = { headers, socket: { remoteAddress: peer } }
  const find = clientAddressBehind({ networks, header: 'x-forwarded-for', ...trust })
  return find(request as Parameters<typeof find>[0])
}

test('without trusted proxies the address is that of the connection, whatever headers say', () => {
  const headers = { 'x-forwarded-for': '203.0.113.9', forwarded: 'for=203.0.113.9' }
  expect(seen('10.0.0.1', headers, { networks: [] })).toBe('10.0.0.1')
  expect(seen('::ffff:10.0.0.1', headers, { networks: [] })).toBe('10.0.0.1')
  expect(seen(undefined, headers, { networks: [] })).toBe('')
})

test.each<[string, string, string, string]>([
  ['a trusted proxy says whom it speaks for', '10.0.0.1', '203.0.113.9', '203.0.113.9'],
  ['one that is not trusted is the client itself', '203.0.113.1', '203.0.113.9', '203.0.113.1'],
  ['a chain of trusted ones is followed', '10.0.0.1', '203.0.113.9, 192.0.2.7,10.1.1.1', '203.0.113.9'],
  ['what the client wrote in front is not believed', '10.0.0.1', '127.0.0.1, 203.0.113.9', '203.0.113.9'],
  ['nor when it names a trusted proxy', '10.0.0.1', '6.6.6.6, 10.9.9.9, 203.0.113.9', '203.0.113.9'],
  ['if all are trusted, the first one is it', '10.0.0.1', '10.0.0.3, 10.0.0.2', '10.0.0.3'],
  ['ports and brackets are left away', '::ffff:10.0.0.1', '[2001:db8::7]:443', '2001:db8::7'],
  ['an IPv4 address with a port', '2001:db8:1::1', '203.0.113.9:4711', '203.0.113.9'],
  ['what is no address ends the way', '10.0.0.1', '203.0.113.9, nonsense, 10.0.0.2', '10.0.0.2'],
  ['an empty header says nothing', '10.0.0.1', '', '10.0.0.1'],
])('X-Forwarded-For: %s', (_, peer, value, address) => {
  expect(seen(peer, { 'x-forwarded-for': value })).toBe(address)
})

test('only the configured header is read', () => {
  const headers = { 'x-forwarded-for': '203.0.113.9', forwarded: 'for=198.51.100.1' }
  expect(seen('10.0.0.1', headers)).toBe('203.0.113.9')
  expect(seen('10.0.0.1', headers, { header: 'forwarded' })).toBe('198.51.100.1')
  expect(seen('10.0.0.1', { 'x-forwarded-for': '6.6.6.6' }, { header: 'forwarded' })).toBe('10.0.0.1')
})

test.each<[string, string | null]>([
  ['for=192.0.2.43', '192.0.2.43'],
  ['For="[2001:db8:cafe::17]:4711"', '2001:db8:cafe::17'],
  ['proto=https;by=10.0.0.1;for="192.0.2.43:80"', '192.0.2.43'],
  ['for=unknown', null],
  ['for=_hidden', null],
  ['by=192.0.2.43', null],
  ['for=192.0.2.43;for=192.0.2.44', null],
  // Pieces of `host="a,for=6.6.6.6;x"`, which a proxy made of what its client called the host.
  ['for=6.6.6.6"', null],
  ['for=6.6.6.6;x"', null],
  ['for=6.6.6.6;x=\\""', null],
])('Forwarded: %s', (element, address) => {
  expect(forwardedFor(element)).toBe(address)
})

test('a quoted text that was cut in two is nobody’s word: the proxy is the address', () => {
  const forwarded = 'for=203.0.113.9;host="a,for=6.6.6.6;x"'
  expect(seen('10.0.0.1', { forwarded }, { header: 'forwarded' })).toBe('10.0.0.1')
})

test('hosts are addresses or nothing', () => {
  expect(hostOf('fe80::1%eth0')).toBe('fe80::1')
  for (const none of ['', 'localhost', '1.2.3', '[::1', '1.2.3.4:x', '::1]']) expect(hostOf(none)).toBeNull()
})

test('a party in IPv6 is its network of 64 bits', () => {
  expect(partyOf('2001:DB8:0:0:1:2:3:4')).toBe(partyOf('2001:db8::ffff:0:0:1'))
  expect(partyOf('2001:db8::1')).toBe('2001:db8:0:0::/64')
  expect(partyOf('1:2:3:4:5:6:7:8')).toBe('1:2:3:4::/64')
  expect(partyOf('::1')).toBe('0:0:0:0::/64')
  expect(partyOf('203.0.113.9')).toBe('203.0.113.9')
})

test('networks are refused that are none, or everything', () => {
  for (const good of ['10.0.0.0/8', '10.0.0.1', '::1', '2001:db8::/32'])
    expect(() => checkNetwork(good)).not.toThrow()
  for (const bad of [
    '',
    'x',
    '10.0.0.0/33',
    '0.0.0.0/0',
    '::/0',
    '10.0.0.0/8/8',
    '2001:db8::/129',
    '10.0.0.0/',
  ])
    expect(() => checkNetwork(bad)).toThrow(/networks such as/)
})
