import type { Keycloak } from '../lib/keycloak.ts'
import type { Check } from '../lib/run-checks.ts'
import { demand } from '../lib/outcome.ts'
import { type Raw, sendRaw } from './attack-requests.ts'
import type { Fixture } from './fixture.ts'

const ownPage = { 'sec-fetch-site': 'same-origin', 'content-type': 'application/json' }

interface Started {
  /** URL at Keycloak that the browser opens. */
  readonly url: string
  readonly cookie: string
}

async function start(fixture: Fixture, place = '/'): Promise<Started> {
  const body = JSON.stringify({ issuer: fixture.keycloak?.issuer, place })
  const response = await sendRaw(fixture, {
    method: 'POST',
    path: '/console/sign-in',
    headers: ownPage,
    body,
  })
  const { url } = JSON.parse(response.body) as { readonly url: string }
  return { url, cookie: cookieOf(response) }
}

function cookieOf({ headers }: Raw): string {
  return [headers['set-cookie'] ?? []].flat().map((cookie) => cookie.split(';')[0])[0] ?? ''
}

/** Returns the path with which Keycloak sends the browser of a user back. */
async function signInAtKeycloak({ url }: Started, user: string): Promise<string> {
  const page = await fetch(url, { redirect: 'manual' })
  const cookie = page.headers
    .getSetCookie()
    .map((each) => each.split(';')[0])
    .join('; ')
  const action = /action="([^"]+)"/.exec(await page.text())?.[1]?.replaceAll('&amp;', '&') ?? ''
  const body = new URLSearchParams({ username: user, password: `${user}-pw`, credentialId: '' })
  const answer = await fetch(action, { method: 'POST', headers: { cookie }, body, redirect: 'manual' })
  const back = new URL(answer.headers.get('location') ?? '')
  return back.pathname + back.search
}

/** Returns how the server answers the browser: `in` when it is signed in, otherwise the reason. */
async function comeBack(fixture: Fixture, path: string, cookie: string): Promise<string> {
  const headers = { cookie, 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' }
  const response = await sendRaw(fixture, { path, headers })
  const location = String(response.headers['location'] ?? '')
  demand(location.startsWith(`${fixture.server.origin}/console/`), `the server leads to ${location}`)
  demand(!/[?&](code|state)=/.test(location), `the address contains the code: ${location}`)
  return new URL(location).searchParams.get('sign-in') ?? 'in'
}

/** Attacks on the sign-in at an identity provider. */
export const signInAttacks: readonly Check<Fixture>[] = [
  {
    name: 'sign-in-codes',
    about:
      'a code of the identity provider signs in only the browser that started the sign-in, once, and does not sign in as another user',
    async run(fixture) {
      const victim = await start(fixture)
      const attacker = await start(fixture)
      const path = await signInAtKeycloak(victim, 'alice')
      const stolen = path.replace(/state=[^&]*/, `state=${new URL(attacker.url).searchParams.get('state')}`)
      for (const [tried, cookie] of [
        [path, ''],
        [path, attacker.cookie],
        [stolen, attacker.cookie],
        [path.replace(/code=[^&]*/, 'code=guessed'), attacker.cookie],
        [path, `${victim.cookie}x`],
      ] as const)
        demand((await comeBack(fixture, tried, cookie)) !== 'in', `${tried} signed a browser in`)
      // The code that was presented with another code verifier is revoked, so the victim starts again.
      const again = await start(fixture)
      const right = await signInAtKeycloak(again, 'alice')
      demand((await comeBack(fixture, right, again.cookie)) === 'in', 'the right sign-in was refused')
      const repeated = await Promise.all(
        Array.from({ length: 20 }, () => comeBack(fixture, right, again.cookie)),
      )
      demand(!repeated.includes('in'), 'a code was used twice')
      return '26 requests'
    },
  },
  {
    name: 'sign-in-responses',
    about:
      'forged responses of the identity provider do not sign in, and no sign-in leads out of the console',
    async run(fixture) {
      const { issuer } = fixture.keycloak as Keycloak
      const started = await start(fixture)
      const state = new URL(started.url).searchParams.get('state') ?? ''
      const forged = [
        { state },
        { state, code: 'x' },
        { state, code: 'x', iss: issuer },
        { state, code: 'x', iss: 'https://evil.example' },
        { state, error: 'access_denied', iss: issuer },
        { state, iss: issuer, id_token: 'x', access_token: 'x' },
        { state: '', code: 'x', iss: issuer },
        { code: 'x', iss: issuer },
      ]
      for (const query of forged) {
        const path = `/console/callback?${new URLSearchParams(query).toString()}`
        demand((await comeBack(fixture, path, started.cookie)) !== 'in', `${path} signed a browser in`)
      }
      const path = `/console/callback?state=${state}&state=${state}&code=x&code=y`
      demand((await comeBack(fixture, path, started.cookie)) !== 'in', 'a repeated parameter was accepted')
      const places = [
        '//evil.example/',
        '/../../evil',
        '/\\\\evil.example',
        '@evil.example',
        '.evil.example/',
        '/\r\nx: y',
      ]
      for (const place of places) {
        const begun = await start(fixture, place)
        const back = await signInAtKeycloak(begun, 'bob')
        demand((await comeBack(fixture, back, begun.cookie)) === 'in', `the sign-in to ${place} was refused`)
      }
      return `${forged.length + 1} responses, ${places.length} places`
    },
  },
  {
    name: 'sign-in-starts',
    about: 'a sign-in is started only by the page of the console, and only at configured issuers',
    async run(fixture) {
      const { issuer } = fixture.keycloak as Keycloak
      const bodies = [{ issuer: 'https://evil.example' }, { issuer: `${issuer}/` }, {}, { issuer, place: 1 }]
      for (const body of bodies) {
        const sent = {
          method: 'POST',
          path: '/console/sign-in',
          headers: ownPage,
          body: JSON.stringify(body),
        }
        const { status } = await sendRaw(fixture, sent)
        demand(status === 400, `${status} for ${sent.body}`)
      }
      for (const site of ['cross-site', 'same-site', 'none', '']) {
        const headers = { ...ownPage, 'sec-fetch-site': site }
        const sent = { method: 'POST', path: '/console/sign-in', headers, body: JSON.stringify({ issuer }) }
        const { status } = await sendRaw(fixture, sent)
        demand(status === 403, `${status} for a request of ${site}`)
      }
      return undefined
    },
  },
]
