import {
  createPrivateKey,
  createPublicKey,
  createSecretKey,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
} from 'node:crypto'
import { HeadgateError } from '@headgate/errors'
import type { KeyRow, KeyState } from '../store/key-ring.ts'
import type { MasterKey } from './master-key.ts'
import { openWithMaster, sealWithMaster } from './master-seal.ts'

/**
 * Purpose of a key that signs with ES256. All JWT libraries support ES256, and its signatures are faster to
 * verify on this server than those of other curves.
 */
export type SigningPurpose = 'session-token' | AssertionPurpose
/** Purpose of the keys that sign the assertions of one upstream warehouse. It ends with the id of the warehouse. */
export type AssertionPurpose = `upstream-assertion/${string}`
/** Purpose of a key that seals with AES-256-GCM. */
export type SealingPurpose = 'console-session' | 'page-token' | 's3-session' | 'storage-refresh'
export type KeyPurpose = SigningPurpose | SealingPurpose

const sealingPurposes: readonly SealingPurpose[] = [
  'console-session',
  'page-token',
  's3-session',
  'storage-refresh',
]
/** Purposes for which every key ring has a key. */
export const keyPurposes: readonly KeyPurpose[] = ['session-token', ...sealingPurposes]

/** Returns the purpose of the keys that sign the assertions of an upstream warehouse. */
export function assertionPurpose(warehouseId: string): AssertionPurpose {
  return `upstream-assertion/${warehouseId}`
}

const assertionPurposes = /^upstream-assertion\/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

/** Returns whether a text is the purpose of keys that sign assertions. */
export function isAssertionPurpose(purpose: string): purpose is AssertionPurpose {
  return assertionPurposes.test(purpose)
}

/**
 * Parses the purpose of a key.
 *
 * @throws HeadgateError `bad-request` when no key has this purpose
 */
export function parseKeyPurpose(text: string): KeyPurpose {
  const known = keyPurposes.find((purpose) => purpose === text)
  if (known !== undefined) return known
  if (isAssertionPurpose(text)) return text
  throw new HeadgateError(
    'bad-request',
    `The purpose of a key must be one of ${keyPurposes.join(', ')}, or upstream-assertion/ and the id of an upstream warehouse.`,
  )
}

interface RingKeyBase {
  readonly id: string
  readonly state: KeyState
  /** Time of creation in epoch ms. */
  readonly createdAt: number
  readonly retiredAt: number | null
}

export interface SigningKey extends RingKeyBase {
  readonly purpose: SigningPurpose
  readonly privateKey: KeyObject
  readonly publicKey: KeyObject
}

export interface SealingKey extends RingKeyBase {
  readonly purpose: SealingPurpose
  readonly secretKey: KeyObject
}

export type RingKey = SigningKey | SealingKey

function isSealing(purpose: KeyPurpose): purpose is SealingPurpose {
  return sealingPurposes.some((sealing) => sealing === purpose)
}

/** Generates a key for `purpose`, sealed for the store. */
export function generateKey(
  master: MasterKey,
  purpose: KeyPurpose,
  state: KeyState,
): Pick<KeyRow, 'id' | 'purpose' | 'state' | 'sealed' | 'public_jwk'> {
  const id = newId()
  if (isSealing(purpose)) {
    return {
      id,
      purpose,
      state,
      sealed: sealWithMaster(master, contextOfKey({ id, purpose }), randomBytes(32)),
      public_jwk: null,
    }
  }
  const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const secret = pair.privateKey.export({ format: 'der', type: 'pkcs8' })
  const publicJwk = { ...pair.publicKey.export({ format: 'jwk' }), kid: id, alg: 'ES256', use: 'sig' }
  return {
    id,
    purpose,
    state,
    sealed: sealWithMaster(master, contextOfKey({ id, purpose }), secret),
    public_jwk: publicJwk,
  }
}

/**
 * Generates a key id that does not begin with a dash, because a command line would parse such an id as an
 * option.
 */
function newId(): string {
  for (;;) {
    const id = randomBytes(12).toString('base64url')
    if (!id.startsWith('-')) return id
  }
}

/**
 * Opens a stored key. The public key is derived from the sealed one, not read from the row: an attacker who can write the
 * table but lacks the master key cannot make the server trust another key.
 */
export function openKey(master: MasterKey, row: KeyRow): RingKey | null {
  const { purpose } = row
  const base = { id: row.id, state: row.state, createdAt: row.created_at, retiredAt: row.retired_at }
  if (purpose === 'session-token' || isAssertionPurpose(purpose)) {
    const privateKey = createPrivateKey({ key: opened(master, row), format: 'der', type: 'pkcs8' })
    return { ...base, purpose, privateKey, publicKey: createPublicKey(privateKey) }
  }
  switch (purpose) {
    case 'console-session':
    case 'page-token':
    case 's3-session':
    case 'storage-refresh':
      return { ...base, purpose, secretKey: createSecretKey(opened(master, row)) }
    default:
      // The key has a purpose of a later release, which this release does not use.
      return null
  }
}

function opened(master: MasterKey, row: KeyRow): Buffer {
  const plain = openWithMaster(master, contextOfKey(row), row.sealed)
  if (plain) return plain
  throw new HeadgateError(
    'internal',
    `The master key (fingerprint ${master.fingerprint}) does not open key ${row.id} of the key ring. ` +
      'Start the server with the master key of this database, or configure that key as the previous master key.',
  )
}

/** Returns the context of a key, which binds the sealed key to its id and purpose. */
export function contextOfKey({ id, purpose }: Pick<KeyRow, 'id' | 'purpose'>): string {
  return `headgate key ring\n${purpose}\n${id}`
}
