import {
  AuthRegistry,
  type CreateOptions,
  type Prompts,
  type Properties,
  type ReadyProvider,
} from '@headgate/auth'
import { browse } from '@headgate/testkit'
import type { HttpRequest } from '@headgate/http'
import type { JwtKey } from '../lib/jwt.ts'

/** Servers and clients that the scenarios use, and the results of the scenarios. */
export interface Stage {
  readonly issuer: string
  readonly clientKey: string
  /** Another registered key of the same client, with which the client signs its requests. */
  readonly signing: JwtKey
  /** Key of the partner company, whose assertions the realm accepts. */
  readonly partner: JwtKey
  /** URI of a catalog that accepts tokens of the realm. */
  readonly catalog: string
  readonly held: string[]
  readonly failures: string[]
}

export type Scenarios = Readonly<Record<string, (stage: Stage) => Promise<void>>>

export type Claims = Readonly<Record<string, unknown>>

export const alice: Readonly<Record<string, string>> = { username: 'alice', password: 'alice-pw' }
export const tool: Properties = { 'client-id': 'tool', scope: 'openid' }

/** Prompts for the device flow. For each prompt, the user Alice logs in with a simulated browser on another device. */
export const device: Prompts = {
  device: ({ verificationUriComplete = '' }) => void browse(verificationUriComplete, alice).catch(() => {}),
}

export const request: HttpRequest = {
  method: 'GET',
  url: 'https://catalog.example.com/v1/config',
  headers: [],
  body: null,
}

/** Opens a session at the realm. The names of the given properties omit the prefix `rest.auth.oauth2.`. */
export async function open(
  stage: Stage,
  own: Properties,
  options: CreateOptions = {},
): Promise<ReadyProvider> {
  const all = { 'issuer-url': stage.issuer, ...own }
  const properties = Object.entries(all).map(([name, value]) => [`rest.auth.oauth2.${name}`, value] as const)
  return await new AuthRegistry().create(
    { 'rest.auth.type': 'oauth2', ...Object.fromEntries(properties) },
    options,
  )
}

export async function isService(stage: Stage, own: Properties): Promise<void> {
  await using auth = await open(stage, own)
  same((await claims(auth))['azp'], own['client-id'])
}

export async function claims(auth: ReadyProvider): Promise<Claims> {
  const token = (await auth.token?.())?.value.reveal() ?? ''
  return JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as Claims
}

export async function failure(promise: Promise<AsyncDisposable>): Promise<string> {
  try {
    await (await promise)[Symbol.asyncDispose]()
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
  throw new Error('the request was not refused')
}

export function same(a: unknown, b: unknown): void {
  if (a !== b) throw new Error(`the value is ${JSON.stringify(a)} instead of ${JSON.stringify(b)}`)
}

export function different(a: unknown, b: unknown): void {
  if (a === b) throw new Error(`${JSON.stringify(a)} again`)
}

export function contains(text: string, part: string): void {
  if (!text.includes(part)) throw new Error(`the text “${text}” does not contain “${part}”`)
}

export async function pause(ms: number): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  setTimeout(resolve, ms)
  await promise
}
