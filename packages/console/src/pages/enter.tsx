import type { VNode } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import { send, toError } from '../api/request.ts'
import { t } from '../text.ts'
import { ErrorNote, Skeleton } from '../ui/states.tsx'

interface EnterProps {
  readonly onSignedIn: () => void
  readonly onOtherWay: () => void
}

/** Page that `headgate console` opens: signs in with the one-time code in the fragment of the URL. */
export function EnterPage({ onSignedIn, onOtherWay }: EnterProps): VNode {
  const [error, setError] = useState<Error | null>(null)
  useEffect(() => {
    const code = location.hash.slice(1)
    // Removes the code from the address bar and from the history of the browser.
    history.replaceState(null, '', location.pathname)
    send('/session', { method: 'POST', body: { code } }).then(onSignedIn, (problem: unknown) =>
      setError(toError(problem)),
    )
  }, [])
  return (
    <main class="sign-in">
      <div class="panel">
        <h1>{error === null ? t('Signing in…') : t('The link does not work')}</h1>
        {error === null ? (
          <Skeleton lines={2} />
        ) : (
          <>
            <p class="muted">
              {t(
                'A link signs one browser in, once, within 60 seconds. Run "headgate console" again for a new one.',
              )}
            </p>
            <ErrorNote error={error} />
            <button type="button" onClick={onOtherWay}>
              {t('Sign in another way')}
            </button>
          </>
        )}
      </div>
    </main>
  )
}
