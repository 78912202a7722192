import { expect, test } from 'vitest'
import { noStorage, type CatalogSettings } from '../catalog-settings.ts'
import { icebergNames } from '../engines/setting-names.ts'
import type { RawResponse } from '../http/raw-request.ts'
import { adviseOnSignature, checkSigningName, findAwsName } from './signature-advice.ts'

const settings = (uri: string, auth: Record<string, string>): CatalogSettings => ({
  engine: 'spark',
  engineVersion: undefined,
  source: 'test',
  uri,
  warehouse: undefined,
  auth,
  tokenEndpoint: undefined,
  headers: {},
  delegation: [],
  userSession: false,
  exchangesTokens: false,
  storage: noStorage,
  caFile: undefined,
  names: icebergNames('', ''),
  problems: [],
})

const refusal = (text: string): RawResponse => ({
  status: 403,
  headers: new Headers(),
  text,
  json: JSON.parse(text) as RawResponse['json'],
  sentAt: 0,
  receivedAt: 0,
})

test.each([
  ['glue.us-east-2.amazonaws.com', { service: 'glue', region: 'us-east-2' }],
  ['s3tables.eu-central-1.amazonaws.com', { service: 's3tables', region: 'eu-central-1' }],
  ['abc123.execute-api.us-west-2.amazonaws.com', { service: 'execute-api', region: 'us-west-2' }],
  ['vpce-1-2.glue.us-west-2.vpce.amazonaws.com', { service: 'glue', region: 'us-west-2' }],
  ['glue.cn-north-1.amazonaws.com.cn', { service: 'glue', region: 'cn-north-1' }],
  ['catalog.example.com', null],
])('findAwsName returns the signing name and region of %s', (host, expected) => {
  expect(findAwsName(host)).toEqual(expected)
})

test('checkSigningName finds, without a request, a signing name or region that does not match the host', () => {
  const glue = 'https://glue.us-east-2.amazonaws.com/iceberg'
  const signed = { 'rest.sigv4-enabled': 'true', 'rest.signing-region': 'us-east-2' }
  expect(checkSigningName(settings(glue, signed))?.remedy).toBe('Set rest.signing-name to glue.')
  expect(checkSigningName(settings(glue, { ...signed, 'rest.signing-name': 'glue' }))).toBeNull()
  const other = { ...signed, 'rest.signing-name': 'glue', 'rest.signing-region': 'us-east-1' }
  expect(checkSigningName(settings(glue, other))?.remedy).toBe('Set rest.signing-region to us-east-2.')
  expect(checkSigningName(settings(glue, { 'rest.auth.type': 'none' }))).toBeNull()
})

test.each([
  [
    `{"message":"Credential should be scoped to correct service: 'execute-api'."}`,
    'signing-name',
    'execute-api',
  ],
  [
    `{"message":"The authorization header is malformed; the region 'us-east-1' is wrong; expecting 'eu-west-1'"}`,
    'signing-region',
    'eu-west-1',
  ],
  [
    `{"message":"Credential should be scoped to a valid region, not 'us-west-2'."}`,
    'signing-region',
    'of the catalog',
  ],
  [`{"message":"Missing Authentication Token"}`, 'signature-missing', 'rest.auth.type=sigv4'],
  [
    `{"message":"Signature expired: 20260101T000000Z is now earlier than 20260101T010000Z"}`,
    'signature-clock',
    'NTP',
  ],
  [`{"message":"The security token included in the request is expired"}`, 'signing-keys', 'session token'],
  [
    `{"message":"The request signature we calculated does not match the signature you provided."}`,
    'signature-mismatch',
    'secret key',
  ],
])('adviseOnSignature returns a remedy for the refusal %s', (text, id, remedy) => {
  const advice = adviseOnSignature(settings('https://x', {}), refusal(text))
  expect(advice).toMatchObject({ id, remedy: expect.stringContaining(remedy) })
})

test('adviseOnSignature returns null for an unknown refusal', () => {
  expect(adviseOnSignature(settings('https://x', {}), refusal('{"message":"no"}'))).toBeNull()
})
