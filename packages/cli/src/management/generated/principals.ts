// Generated from docs/reference/management-openapi.json by `npm run docs`. Do not edit.

import type { Json } from '@headgate/json'
import { z } from 'zod'
import type { Client } from '../../connection/client.ts'
import { path } from '../../connection/path.ts'
import { decodeLater, type DecodedResponse, type Response } from '../../connection/response.ts'
import {
  clientFederationDecoder,
  clientKeyDecoder,
  clientSecretDecoder,
  principalDecoder,
  type ClientFederation,
  type ClientKey,
  type ClientSecret,
  type Principal,
} from './schemas.ts'

export type CreatePrincipalRequest = { readonly name: string }

export type CreatePrincipalResponse = { readonly principal: Principal; readonly secret: ClientSecret }

const createPrincipalResponseDecoder: z.ZodType<CreatePrincipalResponse> = z.object({
  principal: principalDecoder,
  secret: clientSecretDecoder,
})

/** Makes a principal with a client secret. The secret is in this response only. */
export async function createPrincipal(
  client: Client,
  { body }: { readonly body: CreatePrincipalRequest },
): Promise<DecodedResponse<CreatePrincipalResponse>> {
  return decodeLater(
    await client.send({ method: 'POST', path: '/management/v1/principals', body }),
    createPrincipalResponseDecoder,
  )
}

export type ListPrincipalsQuery = {
  readonly name?: string | undefined
  readonly pageToken?: string | undefined
  readonly pageSize?: number | undefined
}

export type ListPrincipalsResponse = {
  readonly principals: readonly Principal[]
  readonly nextPageToken: string | null
}

const listPrincipalsResponseDecoder: z.ZodType<ListPrincipalsResponse> = z.object({
  principals: z.array(principalDecoder),
  nextPageToken: z.string().nullable(),
})

/** Lists principals by name. */
export async function listPrincipals(
  client: Client,
  { query }: { readonly query?: ListPrincipalsQuery | undefined } = {},
): Promise<DecodedResponse<ListPrincipalsResponse>> {
  return decodeLater(
    await client.send({ method: 'GET', path: '/management/v1/principals', query }),
    listPrincipalsResponseDecoder,
  )
}

export type GetPrincipalResponse = {
  readonly principal: Principal
  readonly secrets: readonly { readonly createdAt: string }[]
}

const getPrincipalResponseDecoder: z.ZodType<GetPrincipalResponse> = z.object({
  principal: principalDecoder,
  secrets: z.array(z.object({ createdAt: z.string() })),
})

/** Shows a principal and when its secrets were made. */
export async function getPrincipal(
  client: Client,
  { principal }: { readonly principal: string },
): Promise<DecodedResponse<GetPrincipalResponse>> {
  return decodeLater(
    await client.send({ method: 'GET', path: path`/management/v1/principals/${principal}` }),
    getPrincipalResponseDecoder,
  )
}

/** Deletes a principal with its secrets, memberships and grants. Objects that it owns remain. */
export function deletePrincipal(
  client: Client,
  { principal }: { readonly principal: string },
): Promise<Response> {
  return client.send({ method: 'DELETE', path: path`/management/v1/principals/${principal}` })
}

/** Disables a principal: it gets no new tokens, and its tokens are refused. */
export async function disablePrincipal(
  client: Client,
  { principal }: { readonly principal: string },
): Promise<DecodedResponse<Principal>> {
  return decodeLater(
    await client.send({ method: 'POST', path: path`/management/v1/principals/${principal}/disable` }),
    principalDecoder,
  )
}

/** Enables a disabled principal. Tokens issued before that have not expired are accepted again; stopSessions ends those. */
export async function enablePrincipal(
  client: Client,
  { principal }: { readonly principal: string },
): Promise<DecodedResponse<Principal>> {
  return decodeLater(
    await client.send({ method: 'POST', path: path`/management/v1/principals/${principal}/enable` }),
    principalDecoder,
  )
}

export type AddClientFederationRequest = { readonly issuer: string; readonly subject: string }

/** Lets tokens of another issuer prove this client, such as those of a Kubernetes service account. */
export async function addClientFederation(
  client: Client,
  { principal, body }: { readonly principal: string; readonly body: AddClientFederationRequest },
): Promise<DecodedResponse<ClientFederation>> {
  return decodeLater(
    await client.send({
      method: 'POST',
      path: path`/management/v1/principals/${principal}/federations`,
      body,
    }),
    clientFederationDecoder,
  )
}

export type ListClientFederationsResponse = { readonly federations: readonly ClientFederation[] }

const listClientFederationsResponseDecoder: z.ZodType<ListClientFederationsResponse> = z.object({
  federations: z.array(clientFederationDecoder),
})

/** Lists the names under which other issuers know a client. */
export async function listClientFederations(
  client: Client,
  { principal }: { readonly principal: string },
): Promise<DecodedResponse<ListClientFederationsResponse>> {
  return decodeLater(
    await client.send({ method: 'GET', path: path`/management/v1/principals/${principal}/federations` }),
    listClientFederationsResponseDecoder,
  )
}

export type RemoveClientFederationRequest = { readonly issuer: string; readonly subject: string }

/** Stops tokens of another issuer from proving this client. */
export function removeClientFederation(
  client: Client,
  { principal, body }: { readonly principal: string; readonly body: RemoveClientFederationRequest },
): Promise<Response> {
  return client.send({
    method: 'POST',
    path: path`/management/v1/principals/${principal}/federations/remove`,
    body,
  })
}

export type AddClientKeyRequest = { readonly jwk: Readonly<Record<string, Json>> }

/** Registers a public key. Signatures of the key prove this client, and the users that it asserts as an engine. */
export async function addClientKey(
  client: Client,
  { principal, body }: { readonly principal: string; readonly body: AddClientKeyRequest },
): Promise<DecodedResponse<ClientKey>> {
  return decodeLater(
    await client.send({ method: 'POST', path: path`/management/v1/principals/${principal}/keys`, body }),
    clientKeyDecoder,
  )
}

export type ListClientKeysResponse = { readonly keys: readonly ClientKey[] }

const listClientKeysResponseDecoder: z.ZodType<ListClientKeysResponse> = z.object({
  keys: z.array(clientKeyDecoder),
})

/** Lists the public keys of a client, the oldest first. */
export async function listClientKeys(
  client: Client,
  { principal }: { readonly principal: string },
): Promise<DecodedResponse<ListClientKeysResponse>> {
  return decodeLater(
    await client.send({ method: 'GET', path: path`/management/v1/principals/${principal}/keys` }),
    listClientKeysResponseDecoder,
  )
}

/** Takes a public key away from a client. Sessions that began with it continue and are renewed until they end: see stop-sessions. */
export function removeClientKey(
  client: Client,
  { principal, key }: { readonly principal: string; readonly key: string },
): Promise<Response> {
  return client.send({ method: 'DELETE', path: path`/management/v1/principals/${principal}/keys/${key}` })
}

/** Makes a second client secret; the first stays valid. The secret is in this response only. */
export async function addSecret(
  client: Client,
  { principal }: { readonly principal: string },
): Promise<DecodedResponse<ClientSecret>> {
  return decodeLater(
    await client.send({ method: 'POST', path: path`/management/v1/principals/${principal}/secrets` }),
    clientSecretDecoder,
  )
}

/** Drops every client secret but the newest. Sessions that began with it continue and are renewed until they end: see stop-sessions. */
export function dropOldSecret(
  client: Client,
  { principal }: { readonly principal: string },
): Promise<Response> {
  return client.send({ method: 'DELETE', path: path`/management/v1/principals/${principal}/secrets/old` })
}

/** Invalidates every token issued before now. The secrets remain. */
export async function stopSessions(
  client: Client,
  { principal }: { readonly principal: string },
): Promise<DecodedResponse<Principal>> {
  return decodeLater(
    await client.send({ method: 'POST', path: path`/management/v1/principals/${principal}/stop-sessions` }),
    principalDecoder,
  )
}
