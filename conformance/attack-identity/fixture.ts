import { createPublicKey, type KeyObject } from 'node:crypto'
import { type JwtKey, makeKey } from '../lib/jwt.ts'
import { type Lab, type LabClient, tokenFor } from '../identity/lab.ts'
import { readMember, sender } from '../refresh/catalog-client.ts'
import { bearer, grantTypes, requestToken, tokenTypes } from '../identity/token-endpoint.ts'
import { statement } from '../identity/statement.ts'
import { listOtherTokens } from './other-tokens.ts'
import type { Trap } from '../identity/trap.ts'

const clientNames = ['alice', 'bob', 'mallory', 'steward', 'builder', 'trino', 'strict', 'denied'] as const
type ClientName = (typeof clientNames)[number]

/**
 * Server under attack, with its clients and tables. Alice may change her table and Bob his; the attacker Mallory has
 * her own table. The engine `trino` may act for Alice and Bob without their tokens, and may only read. The steward
 * manages the warehouse, and the builder may create warehouses. The engine `strict` acts for users whose tokens it
 * presents; `denied` may do nothing without a user. The engines themselves have grants on the whole warehouse, a
 * misconfiguration that attacks try to use.
 */
export interface Fixture extends Lab {
  /** Prefix of the names of all clients that this run creates. */
  readonly prefix: string
  readonly clients: Readonly<Record<ClientName, LabClient>>
  /**
   * Valid tokens: one for each client itself, one for the administrator, and one for each user for whom the engine
   * `trino` acts.
   */
  readonly tokens: Readonly<Record<ClientName | 'admin' | 'aliceByTrino' | 'bobByTrino', string>>
  /** Public key with which the server's tokens can be verified. */
  readonly serverKey: { readonly key: KeyObject; readonly jwk: Readonly<Record<string, unknown>> }
  readonly attackerKey: JwtKey
  readonly trap: Trap
  /** Valid texts that the server has signed or sealed but that are not access tokens, keyed by their kind. */
  readonly others: Readonly<Record<string, string>>
  /** Texts that no response to an attacker may contain. */
  readonly secrets: readonly string[]
  /**
   * Returns the source address for the next request. The address changes after some requests. Otherwise the server's
   * limit for failed attempts would refuse attacks without evaluating them.
   */
  from(): string | undefined
  count(): number
}

/**
 * Number of requests that are sent from one address. It is below the number of failures after which the server blocks
 * an address or a client.
 */
const perAddress = 12

const subject = (pattern: string): object => ({ issuer: 'headgate', pattern })

export async function openFixture(lab: Lab, trap: Trap, ownMachine: boolean): Promise<Fixture> {
  const prefix = `${lab.namespace[0]}-`
  const named = (name: ClientName): string => prefix + name
  const states = { namesIssuer: 'headgate', unsignedSubjects: true, assertions: true }
  const users = [subject(named('alice')), subject(named('bob'))]
  const everybody = lab.issuer === null ? [subject('*')] : [subject('*'), { issuer: lab.issuer.issuer }]
  const clients = {
    alice: await lab.client(named('alice')),
    bob: await lab.client(named('bob')),
    mallory: await lab.client(named('mallory')),
    steward: await lab.client(named('steward')),
    builder: await lab.client(named('builder')),
    trino: await lab.engine(named('trino'), { subjects: users, ...states, privileges: ['select'] }),
    strict: await lab.engine(named('strict'), { subjects: everybody }),
    denied: await lab.engine(named('denied'), { subjects: users, ...states, firstCalls: 'deny' }),
  }
  await lab.table('alices', named('alice'), 'modify')
  await lab.table('bobs', named('bob'), 'modify')
  await lab.table('mallorys', named('mallory'), 'modify')
  for (const name of ['steward', 'trino', 'strict', 'denied'] as const)
    await lab.grant(named(name), 'manage', {})
  const create = { privilege: 'create', on: 'server', to: { principal: named('builder') } }
  await lab.must('POST', 'grants', create)
  const tokens = {} as Record<keyof Fixture['tokens'], string>
  for (const name of clientNames) tokens[name] = await tokenFor(lab, clients[name].name, clients[name].secret)
  tokens.admin = await tokenFor(lab, lab.admin.name, lab.admin.secret)
  const byTrino = async (user: ClientName): Promise<string> => {
    const form = {
      grant_type: grantTypes.exchange,
      subject_token: statement({ sub: named(user) }),
      subject_token_type: tokenTypes.jwt,
    }
    const response = await requestToken(lab.tokenUri, form, { headers: bearer(tokens.trino) })
    if (response.token === null)
      throw new Error(
        `The token endpoint issued no token of ${user} to the engine trino: ${response.status} ${response.error}`,
      )
    return response.token
  }
  tokens.aliceByTrino = await byTrino('alice')
  tokens.bobByTrino = await byTrino('bob')
  const jwk = await serverKey(lab.uri)
  let [requests, cases] = [0, 0]
  return {
    ...lab,
    prefix,
    clients,
    tokens,
    serverKey: { jwk, key: createPublicKey({ key: jwk, format: 'jwk' }) },
    attackerKey: makeKey(),
    trap,
    others: await listOtherTokens(lab, trap, tokens.alice),
    secrets: [
      ...Object.values(tokens),
      ...Object.values(clients).map(({ secret }) => secret),
      lab.admin.secret,
    ],
    from() {
      if (!ownMachine) return undefined
      const turn = Math.floor((requests += 1) / perAddress)
      return `127.${1 + (Math.floor(turn / 62_500) % 250)}.${Math.floor(turn / 250) % 250}.${2 + (turn % 250)}`
    },
    count: () => (cases += 1),
  }
}

async function serverKey(uri: string): Promise<Record<string, string>> {
  const response = await sender(uri, {})('GET', '.well-known/jwks.json')
  const keys = readMember(response.json, 'keys')
  if (!Array.isArray(keys) || keys.length === 0)
    throw new Error('the server publishes no public keys of its tokens')
  return keys.at(-1) as Record<string, string>
}
