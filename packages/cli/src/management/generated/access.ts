// Generated from docs/reference/management-openapi.json by `npm run docs`. Do not edit.

import { z } from 'zod'
import type { Client } from '../../connection/client.ts'
import { decodeLater, type DecodedResponse } from '../../connection/response.ts'
import type { OpenEnum } from '../open-enum.ts'
import {
  accessAnswerDecoder,
  accessExplanationDecoder,
  engineLimitsDecoder,
  holderDecoder,
  partyDecoder,
  type AccessAnswer,
  type AccessCheck,
  type AccessExplanation,
  type AccessQuestion,
  type EngineLimits,
  type Holder,
  type Party,
  type Privilege,
} from './schemas.ts'

export type CheckAccessRequest = { readonly checks: readonly AccessCheck[] }

export type CheckAccessResponse = { readonly results: readonly AccessAnswer[] }

const checkAccessResponseDecoder: z.ZodType<CheckAccessResponse> = z.object({
  results: z.array(accessAnswerDecoder),
})

/** Decides many access checks: whether the caller, or another principal on an object that the caller manages, has a privilege on an object. */
export async function checkAccess(
  client: Client,
  { body }: { readonly body: CheckAccessRequest },
): Promise<DecodedResponse<CheckAccessResponse>> {
  return decodeLater(
    await client.send({ method: 'POST', path: '/management/v1/access/check', body }),
    checkAccessResponseDecoder,
  )
}

/** Explains an authorization decision: the object and all objects that contain it, the effective privileges, and the grant that decides or the privilege that is missing. */
export async function explainAccess(
  client: Client,
  { body }: { readonly body: AccessQuestion },
): Promise<DecodedResponse<AccessExplanation>> {
  return decodeLater(
    await client.send({ method: 'POST', path: '/management/v1/access/explain', body }),
    accessExplanationDecoder,
  )
}

export type WhoCanQuery = {
  readonly privilege: Privilege
  readonly server?: 'true' | undefined
  readonly warehouse?: string | undefined
  readonly namespace?: readonly string[] | undefined
  readonly relation?: string | undefined
  readonly pageToken?: string | undefined
  readonly pageSize?: number | undefined
}

export type WhoCanResponse = { readonly principals: readonly Holder[]; readonly nextPageToken: string | null }

const whoCanResponseDecoder: z.ZodType<WhoCanResponse> = z.object({
  principals: z.array(holderDecoder),
  nextPageToken: z.string().nullable(),
})

/** Lists by name the principals that have a privilege on an object when no engine acts for them. Callers without manage on the server see only principals that own, or have a grant on, an object that the caller manages. */
export async function whoCan(
  client: Client,
  { query }: { readonly query: WhoCanQuery },
): Promise<DecodedResponse<WhoCanResponse>> {
  return decodeLater(
    await client.send({ method: 'GET', path: '/management/v1/access/who-can', query }),
    whoCanResponseDecoder,
  )
}

export type WhoAmIResponse = {
  readonly principal: Party
  readonly actors: readonly Party[]
  readonly method: OpenEnum<
    | 'client-secret'
    | 'client-key'
    | 'client-federation'
    | 'access-key'
    | 'session-token'
    | 'external-token'
    | 'assertion'
    | 'statement'
    | 'anonymous'
  >
  readonly obtainedBy: OpenEnum<
    | 'client-secret'
    | 'client-key'
    | 'client-federation'
    | 'access-key'
    | 'session-token'
    | 'external-token'
    | 'assertion'
    | 'statement'
    | 'anonymous'
  >
  readonly authenticatedAt: string | null
  readonly expiresAt: string | null
  readonly sessionEndsAt: string | null
  readonly queryId: string | null
  readonly login: string | null
  readonly groups: readonly string[]
  readonly roles: readonly {
    readonly id: string
    readonly name: string
    readonly through: readonly string[]
  }[]
  readonly administrator: boolean
  readonly limits: EngineLimits | null
}

const whoAmIResponseDecoder: z.ZodType<WhoAmIResponse> = z.object({
  principal: partyDecoder,
  actors: z.array(partyDecoder),
  method: z.string(),
  obtainedBy: z.string(),
  authenticatedAt: z.string().nullable(),
  expiresAt: z.string().nullable(),
  sessionEndsAt: z.string().nullable(),
  queryId: z.string().nullable(),
  login: z.string().nullable(),
  groups: z.array(z.string()),
  roles: z.array(z.object({ id: z.string(), name: z.string(), through: z.array(z.string()) })),
  administrator: z.boolean(),
  limits: engineLimitsDecoder.nullable(),
})

/** Returns the identity of the caller: its principal and engines, how and when the caller was authenticated, and when its token expires. */
export async function whoAmI(client: Client): Promise<DecodedResponse<WhoAmIResponse>> {
  return decodeLater(
    await client.send({ method: 'GET', path: '/management/v1/whoami' }),
    whoAmIResponseDecoder,
  )
}
