// Generated from docs/reference/management-openapi.json by `npm run docs`. Do not edit.

import { z } from 'zod'
import type { Client } from '../../connection/client.ts'
import { path } from '../../connection/path.ts'
import { decodeLater, type DecodedResponse, type Response } from '../../connection/response.ts'
import type { OpenEnum } from '../open-enum.ts'
import { engineDecoder, type Engine, type EngineChange, type SubjectRule } from './schemas.ts'

export type CreateEngineRequest = {
  readonly principal: string
  readonly subjects?: readonly SubjectRule[] | undefined
  readonly namesIssuer?: string | null | undefined
  readonly unsignedSubjects?: boolean | undefined
  readonly assertions?: boolean | undefined
  readonly makesPrincipals?: boolean | undefined
  readonly namesAdministrators?: boolean | undefined
  readonly firstCalls?: OpenEnum<'deny' | 'config-only' | 'service'> | undefined
  readonly warehouses?: readonly string[] | null | undefined
  readonly privileges?:
    | readonly OpenEnum<'use' | 'select' | 'modify' | 'create' | 'manage' | 'administer-storage'>[]
    | null
    | undefined
  readonly administers?: boolean | undefined
  readonly refreshes?: boolean | undefined
  readonly viewChains?: boolean | undefined
  readonly enforcesRestrictions?: boolean | undefined
  readonly tokenSeconds?: number | undefined
  readonly sessionSeconds?: number | undefined
}

/** Registers a principal as an engine, which may act for users within the limits of its entry. */
export async function createEngine(
  client: Client,
  { body }: { readonly body: CreateEngineRequest },
): Promise<DecodedResponse<Engine>> {
  return decodeLater(
    await client.send({ method: 'POST', path: '/management/v1/engines', body }),
    engineDecoder,
  )
}

export type ListEnginesQuery = {
  readonly pageToken?: string | undefined
  readonly pageSize?: number | undefined
}

export type ListEnginesResponse = {
  readonly engines: readonly Engine[]
  readonly nextPageToken: string | null
}

const listEnginesResponseDecoder: z.ZodType<ListEnginesResponse> = z.object({
  engines: z.array(engineDecoder),
  nextPageToken: z.string().nullable(),
})

/** Lists engines by name. */
export async function listEngines(
  client: Client,
  { query }: { readonly query?: ListEnginesQuery | undefined } = {},
): Promise<DecodedResponse<ListEnginesResponse>> {
  return decodeLater(
    await client.send({ method: 'GET', path: '/management/v1/engines', query }),
    listEnginesResponseDecoder,
  )
}

/** Shows an engine. */
export async function getEngine(
  client: Client,
  { engine }: { readonly engine: string },
): Promise<DecodedResponse<Engine>> {
  return decodeLater(
    await client.send({ method: 'GET', path: path`/management/v1/engines/${engine}` }),
    engineDecoder,
  )
}

/** Changes those fields of an engine entry that the request contains, also for running sessions. All other fields stay unchanged. */
export async function updateEngine(
  client: Client,
  { engine, body }: { readonly engine: string; readonly body: EngineChange },
): Promise<DecodedResponse<Engine>> {
  return decodeLater(
    await client.send({ method: 'PATCH', path: path`/management/v1/engines/${engine}`, body }),
    engineDecoder,
  )
}

/** Deletes an engine entry. All sessions of the engine end, including those in which it acts for users. The principal remains. */
export function deleteEngine(client: Client, { engine }: { readonly engine: string }): Promise<Response> {
  return client.send({ method: 'DELETE', path: path`/management/v1/engines/${engine}` })
}
