// Generated from docs/reference/management-openapi.json by `npm run docs`. Do not edit.

import type { Json } from '@headgate/json'
import { z } from 'zod'
import type { Client } from '../../connection/client.ts'
import { path } from '../../connection/path.ts'
import { decodeLater, type DecodedResponse, type Response } from '../../connection/response.ts'
import {
  accessKeyDecoder,
  changedDecoder,
  clientFederationDecoder,
  clientKeyDecoder,
  clientSecretDecoder,
  newAccessKeyDecoder,
  principalDecoder,
  type AccessKey,
  type Changed,
  type ClientFederation,
  type ClientKey,
  type ClientSecret,
  type NewAccessKey,
  type Principal,
  type PrincipalRegistration,
} from './schemas.ts'

export type CreatePrincipalRequest = { readonly name: string }

export type CreatePrincipalResponse = { readonly principal: Principal; readonly secret: ClientSecret }

const createPrincipalResponseDecoder: z.ZodType<CreatePrincipalResponse> = z.object({
  principal: principalDecoder,
  secret: clientSecretDecoder,
})

/** Creates a principal with a client secret. Only this response contains the secret. */
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

/** Shows a principal and the times at which its secrets were created. */
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

/** Creates an access key, with which clients of the principal sign requests (AWS Signature Version 4). Only this response contains its secret. A principal has at most two access keys. */
export async function addAccessKey(
  client: Client,
  { principal }: { readonly principal: string },
): Promise<DecodedResponse<NewAccessKey>> {
  return decodeLater(
    await client.send({ method: 'POST', path: path`/management/v1/principals/${principal}/access-keys` }),
    newAccessKeyDecoder,
  )
}

export type ListAccessKeysResponse = { readonly accessKeys: readonly AccessKey[] }

const listAccessKeysResponseDecoder: z.ZodType<ListAccessKeysResponse> = z.object({
  accessKeys: z.array(accessKeyDecoder),
})

/** Lists the access keys of a principal without their secrets, the oldest first. */
export async function listAccessKeys(
  client: Client,
  { principal }: { readonly principal: string },
): Promise<DecodedResponse<ListAccessKeysResponse>> {
  return decodeLater(
    await client.send({ method: 'GET', path: path`/management/v1/principals/${principal}/access-keys` }),
    listAccessKeysResponseDecoder,
  )
}

/** Removes an access key. Requests that are signed with it are refused at once, and storage access that began with it cannot be renewed. */
export function removeAccessKey(
  client: Client,
  { principal, accessKey }: { readonly principal: string; readonly accessKey: string },
): Promise<Response> {
  return client.send({
    method: 'DELETE',
    path: path`/management/v1/principals/${principal}/access-keys/${accessKey}`,
  })
}

/** Disables a principal: it gets no new tokens, and its tokens and signed requests are refused. */
export async function disablePrincipal(
  client: Client,
  { principal }: { readonly principal: string },
): Promise<DecodedResponse<Principal>> {
  return decodeLater(
    await client.send({ method: 'POST', path: path`/management/v1/principals/${principal}/disable` }),
    principalDecoder,
  )
}

/** Enables a disabled principal. Earlier tokens that have not expired are accepted again; stopSessions invalidates them. */
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

/** Registers an issuer and a subject whose tokens authenticate this client, for example those of a Kubernetes service account. */
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

/** Lists the issuers and subjects whose tokens authenticate a client. */
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

/** Removes an issuer and a subject, whose tokens then no longer authenticate this client. */
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

/** Registers a public key. Assertions with its signature authenticate this client and, if it is an engine, name the users for which it acts. */
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

/** Removes a public key from a client. Sessions that began with this key continue until they end; stop-sessions ends them. */
export function removeClientKey(
  client: Client,
  { principal, key }: { readonly principal: string; readonly key: string },
): Promise<Response> {
  return client.send({ method: 'DELETE', path: path`/management/v1/principals/${principal}/keys/${key}` })
}

/** Creates a second client secret. The first secret remains valid. Only this response contains the new secret. */
export async function addSecret(
  client: Client,
  { principal }: { readonly principal: string },
): Promise<DecodedResponse<ClientSecret>> {
  return decodeLater(
    await client.send({ method: 'POST', path: path`/management/v1/principals/${principal}/secrets` }),
    clientSecretDecoder,
  )
}

export type ImportSecretRequest = { readonly clientSecret: string }

/** Adds a client secret that already exists, for example on another server. No response contains the secret. */
export async function importSecret(
  client: Client,
  { principal, body }: { readonly principal: string; readonly body: ImportSecretRequest },
): Promise<DecodedResponse<Changed>> {
  return decodeLater(
    await client.send({
      method: 'POST',
      path: path`/management/v1/principals/${principal}/secrets/import`,
      body,
    }),
    changedDecoder,
  )
}

/** Deletes every client secret except the newest. Sessions that began with a deleted secret continue until they end; stop-sessions ends them. */
export function dropOldSecret(
  client: Client,
  { principal }: { readonly principal: string },
): Promise<Response> {
  return client.send({ method: 'DELETE', path: path`/management/v1/principals/${principal}/secrets/old` })
}

/** Invalidates every token issued before now. The secrets and access keys remain. */
export async function stopSessions(
  client: Client,
  { principal }: { readonly principal: string },
): Promise<DecodedResponse<Principal>> {
  return decodeLater(
    await client.send({ method: 'POST', path: path`/management/v1/principals/${principal}/stop-sessions` }),
    principalDecoder,
  )
}

/** Creates a principal without a secret: a client that authenticates with keys or federations, or a user of another issuer before the first request of this user. */
export async function registerPrincipal(
  client: Client,
  { body }: { readonly body: PrincipalRegistration },
): Promise<DecodedResponse<Principal>> {
  return decodeLater(
    await client.send({ method: 'POST', path: '/management/v1/principals/register', body }),
    principalDecoder,
  )
}
