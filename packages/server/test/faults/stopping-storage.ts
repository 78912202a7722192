import { type Body, type CallOptions, toChunks, type PutOptions, type Storage } from '@headgate/storage'
import { replaceMethods } from './replace-methods.ts'
import type { Stops } from './stops.ts'

/**
 * Wraps a storage so that requests can stop at the steps `put:before`, `put:half`, `put:after`,
 * `delete:before` and `delete:after`.
 */
export function stoppingStorage(storage: Storage, stops: Stops): Storage {
  async function* halting(body: Body): AsyncGenerator<Uint8Array> {
    for await (const chunk of toChunks(body)) {
      const middle = chunk.byteLength >> 1
      yield chunk.subarray(0, middle)
      await stops.reach('put:half')
      yield chunk.subarray(middle)
    }
  }
  return replaceMethods(storage, {
    async put(location: string, body: Body, options?: PutOptions) {
      await stops.reach('put:before')
      const put = await storage.put(location, stops.asks('put:half') ? halting(body) : body, options)
      await stops.reach('put:after')
      return put
    },
    async deleteMany(locations: readonly string[], options?: CallOptions) {
      await stops.reach('delete:before')
      const result = await storage.deleteMany(locations, options)
      await stops.reach('delete:after')
      return result
    },
  })
}
