import {
  allowInsecureRequests,
  customFetch,
  deviceAuthorizationRequest,
  processDeviceAuthorizationResponse,
  type DeviceAuthorizationResponse,
  type TokenEndpointResponse,
} from 'oauth4webapi'
import { type WaitOptions, pause } from '@headgate/http'
import { AuthError } from '../auth-error.ts'
import type { ProviderContext } from '../provider-definition.ts'
import { bufferedFetch } from './buffered-fetch.ts'
import { endpointUrl, isLoopback } from './endpoint-url.ts'
import { grantTypes, type FormParameters } from './profiles.ts'
import { requestToken, toOAuthClient, type PreparedRequest } from './token-client.ts'
import { parseTokenError, tokenError } from './token-error.ts'

/**
 * Default interval between token requests, in ms. Each `slow_down` response increases the interval by the same time
 * (RFC 8628 section 3.5).
 */
const INTERVAL_MS = 5_000

/**
 * Requests a token with the login of a person on another device (RFC 8628). Waits until the person has logged in.
 *
 * @throws {AuthError} unsupported, if `prompts.device`, which shows the code, was not passed; configuration, without
 *   an endpoint; refused
 */
export async function deviceLogin(
  request: PreparedRequest,
  parameters: FormParameters,
  context: ProviderContext,
  wait: WaitOptions,
): Promise<TokenEndpointResponse> {
  const showCode = context.prompts?.device?.bind(context.prompts)
  if (showCode === undefined) {
    const fix = `pass prompts.device to the provider, or set ${request.prefix}refresh-token`
    throw new AuthError(
      'unsupported',
      `The login needs a function that shows a code to the user, but none was passed: ${fix}`,
      {
        property: `${request.prefix}grant-type`,
      },
    )
  }
  const codes = await requestCodes(request, parameters, context, wait)
  const expiresAt = context.now() + codes.expires_in * 1_000
  await showCode(
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
  let interval = codes.interval === undefined ? INTERVAL_MS : codes.interval * 1_000
  while (context.now() < expiresAt) {
    await pause(interval, wait.signal)
    const response = await requestToken(
      { ...request, grantType: grantTypes.device_code, parameters: [['device_code', codes.device_code]] },
      context,
      wait,
    )
    if (typeof response === 'object') return response
    if (response === 'slow_down') interval += INTERVAL_MS
  }
  throw new AuthError('refused', 'The code expired before the login was complete. Try again.')
}

async function requestCodes(
  { server, clientId, prefix, clientAuth, profile, grant }: PreparedRequest,
  parameters: FormParameters,
  context: ProviderContext,
  { signal }: WaitOptions,
): Promise<DeviceAuthorizationResponse> {
  const { device_authorization_endpoint: deviceEndpoint } = server.metadata
  const property = `${prefix}device-code.endpoint`
  if (deviceEndpoint === undefined) {
    throw new AuthError(
      'configuration',
      `The metadata of the issuer has no device_authorization_endpoint: set ${property}`,
      { property },
    )
  }
  const endpoint = endpointUrl(deviceEndpoint, property)
  const client = toOAuthClient(clientId, context.now)
  const form = parameters.map(([name, value]): [string, string] => [name, value])
  const response = await deviceAuthorizationRequest(server.metadata, client, clientAuth.auth, form, {
    [customFetch]: bufferedFetch(context.fetch, `The device endpoint (${endpoint.host})`),
    [allowInsecureRequests]: isLoopback(endpoint),
    ...(signal === undefined ? {} : { signal }),
  })
  if (response.status === 200) {
    return await processDeviceAuthorizationResponse(server.metadata, client, response)
  }
  throw tokenError({
    ...parseTokenError(await response.text()),
    status: response.status,
    grant,
    host: endpoint.host,
    path: endpoint.pathname,
    clientAuth: clientAuth.method,
    profile,
    prefix,
  })
}
