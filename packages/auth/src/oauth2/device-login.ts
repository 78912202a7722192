import {
  allowInsecureRequests,
  customFetch,
  deviceAuthorizationRequest,
  processDeviceAuthorizationResponse,
  type ClientAuth,
  type DeviceAuthorizationResponse,
  type TokenEndpointResponse,
} from 'oauth4webapi'
import { type WaitOptions, pause } from '@headgate/http'
import { AuthError } from '../auth-error.ts'
import type { ProviderContext } from '../provider-definition.ts'
import { endpointUrl, isLoopback } from './endpoint-url.ts'
import { grantTypes, type FormParameters } from './profiles.ts'
import { clientOf, requestToken, type TokenRequest } from './token-client.ts'
import { errorAnswer, tokenError } from './token-error.ts'
import { wholeAnswers } from './whole-answers.ts'

/** RFC 8628 section 3.5: how much slower it gets when told so, and the pace when nothing is said. */
const SLOWER_MS = 5_000

/** Lets a person log in on another device (RFC 8628), and waits until that is done. */
export async function deviceLogin(
  request: Omit<TokenRequest, 'grantType' | 'parameters'>,
  parameters: FormParameters,
  context: ProviderContext,
  wait: WaitOptions,
): Promise<TokenEndpointResponse> {
  const show = context.prompts?.device?.bind(context.prompts)
  if (show === undefined) {
    const fix = 'give prompts.device when the provider is made, or log in where there is somebody'
    throw new AuthError('unsupported', `Nobody can be asked to log in here: ${fix}`, {
      property: `${request.prefix}grant-type`,
    })
  }
  const codes = await askForCodes(request, request.proof.auth, parameters, context, wait)
  const expiresAt = context.now() + codes.expires_in * 1_000
  await show(
    {
      verificationUri: codes.verification_uri,
      ...(codes.verification_uri_complete === undefined
        ? {}
        : { verificationUriComplete: codes.verification_uri_complete }),
      userCode: codes.user_code,
      expiresAt,
    },
    wait,
  )
  let pace = (codes.interval ?? SLOWER_MS / 1_000) * 1_000
  while (context.now() < expiresAt) {
    await pause(pace, wait.signal)
    const answer = await requestToken(
      { ...request, grantType: grantTypes.device_code, parameters: [['device_code', codes.device_code]] },
      context,
      wait,
    )
    if (typeof answer === 'object') return answer
    if (answer === 'slow_down') pace += SLOWER_MS
  }
  throw new AuthError('refused', 'Nobody entered the code in time. Try again.')
}

async function askForCodes(
  { server, clientId, prefix, proof, profile, grant }: Omit<TokenRequest, 'grantType' | 'parameters'>,
  auth: ClientAuth,
  parameters: FormParameters,
  context: ProviderContext,
  { signal }: WaitOptions,
): Promise<DeviceAuthorizationResponse> {
  const given = server.metadata.device_authorization_endpoint
  const property = `${prefix}device-code.endpoint`
  if (given === undefined) {
    throw new AuthError(
      'configuration',
      `The issuer lets no devices in, as far as it says: set ${property}`,
      {
        property,
      },
    )
  }
  const endpoint = endpointUrl(given, property)
  const client = clientOf(clientId, context.now)
  const form = parameters.map(([name, value]): [string, string] => [name, value])
  const response = await deviceAuthorizationRequest(server.metadata, client, auth, form, {
    [customFetch]: wholeAnswers(context.fetch, `The device endpoint (${endpoint.host})`),
    [allowInsecureRequests]: isLoopback(endpoint),
    ...(signal === undefined ? {} : { signal }),
  })
  if (response.status === 200) {
    return await processDeviceAuthorizationResponse(server.metadata, client, response)
  }
  throw tokenError({
    ...errorAnswer(await response.text()),
    status: response.status,
    grant,
    host: endpoint.host,
    path: endpoint.pathname,
    clientAuth: proof.method,
    profile,
    prefix,
  })
}
