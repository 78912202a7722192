// Generated from docs/reference/management-openapi.json by `npm run docs`. Do not edit.

import { z } from 'zod'
import type { Client } from '../../connection/client.ts'
import { path } from '../../connection/path.ts'
import { decodeLater, type DecodedResponse, type Response } from '../../connection/response.ts'
import { consoleSessionDecoder, type ConsoleSession } from './schemas.ts'

export type CreateConsoleCodeResponse = { readonly code: string; readonly expiresAt: string }

const createConsoleCodeResponseDecoder: z.ZodType<CreateConsoleCodeResponse> = z.object({
  code: z.string(),
  expiresAt: z.string(),
})

/** Creates a code with which a browser on the machine of the server signs in to the web console as the caller, once and within 60 seconds. */
export async function createConsoleCode(client: Client): Promise<DecodedResponse<CreateConsoleCodeResponse>> {
  return decodeLater(
    await client.send({ method: 'POST', path: '/management/v1/console-codes' }),
    createConsoleCodeResponseDecoder,
  )
}

export type ListConsoleSessionsQuery = {
  readonly pageToken?: string | undefined
  readonly pageSize?: number | undefined
}

export type ListConsoleSessionsResponse = {
  readonly sessions: readonly ConsoleSession[]
  readonly nextPageToken: string | null
}

const listConsoleSessionsResponseDecoder: z.ZodType<ListConsoleSessionsResponse> = z.object({
  sessions: z.array(consoleSessionDecoder),
  nextPageToken: z.string().nullable(),
})

/** Lists the sessions of the web console, the newest first: those of all principals with manage on the server, otherwise those of the caller. */
export async function listConsoleSessions(
  client: Client,
  { query }: { readonly query?: ListConsoleSessionsQuery | undefined } = {},
): Promise<DecodedResponse<ListConsoleSessionsResponse>> {
  return decodeLater(
    await client.send({ method: 'GET', path: '/management/v1/console-sessions', query }),
    listConsoleSessionsResponseDecoder,
  )
}

/** Ends a session of the web console: one of any principal with manage on the server, otherwise one of the caller. */
export function endConsoleSession(
  client: Client,
  { session }: { readonly session: string },
): Promise<Response> {
  return client.send({ method: 'DELETE', path: path`/management/v1/console-sessions/${session}` })
}
