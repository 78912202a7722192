import type { VNode } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import type { WhoAmIResponse } from './api/generated/management.ts'
import { request, send, toError, whenSignedOut } from './api/request.ts'
import { clearCache } from './api/use-get.ts'
import { Pages } from './pages.tsx'
import { EnterPage } from './pages/enter.tsx'
import { type SignInIssuer, SignInPage } from './pages/sign-in.tsx'
import { navigate, usePlace } from './router.tsx'
import { Shell } from './shell.tsx'
import { t } from './text.ts'
import { ErrorNote } from './ui/states.tsx'

type State =
  | { readonly kind: 'starting' }
  | { readonly kind: 'signed-out'; readonly issuers: readonly SignInIssuer[] }
  | { readonly kind: 'signed-in'; readonly caller: WhoAmIResponse }
  | { readonly kind: 'failed'; readonly error: Error }

/** Session of the browser, and the issuers at which it can begin. */
interface Session {
  readonly signedIn: boolean
  readonly issuers: readonly SignInIssuer[]
}

async function findState(): Promise<State> {
  const { signedIn, issuers } = await send<Session>('/session', {})
  if (!signedIn) return { kind: 'signed-out', issuers }
  return { kind: 'signed-in', caller: await request<WhoAmIResponse>('management/v1/whoami') }
}

/** Root component of the console: shows the sign-in page, or the shell with the current page after the sign-in. */
export function App(): VNode {
  const { path } = usePlace()
  const [state, setState] = useState<State>({ kind: 'starting' })
  const isEntering = path === '/enter'
  const start = (): void => {
    clearCache()
    findState().then(setState, (error: unknown) => setState({ kind: 'failed', error: toError(error) }))
  }
  useEffect(() => {
    whenSignedOut(start)
    if (!isEntering) start()
  }, [])
  const signOut = (): void => {
    send<{ readonly signOutAt: string | null }>('/session', { method: 'DELETE' }).then(
      ({ signOutAt }) => (signOutAt === null ? start() : location.assign(signOutAt)),
      start,
    )
  }
  const enter = (): void => {
    navigate('/', { replace: true })
    start()
  }
  if (isEntering) return <EnterPage onSignedIn={enter} onOtherWay={enter} />
  if (state.kind === 'starting') return <main class="page" aria-busy="true" />
  if (state.kind === 'signed-out') return <SignInPage issuers={state.issuers} onSignedIn={start} />
  if (state.kind === 'failed')
    return (
      <main class="sign-in">
        <div class="panel">
          <h1>{t('The console cannot start')}</h1>
          <ErrorNote error={state.error} onRetry={start} />
        </div>
      </main>
    )
  return (
    <Shell caller={state.caller} onSignOut={signOut}>
      <Pages />
    </Shell>
  )
}
