/**
 * Refuses a program that replaces an image of another version.
 *
 * @throws Error when the tag of the image differs
 */
export function checkVersion(image: string, version: string | undefined): void {
  const tag = image.slice(image.lastIndexOf(':') + 1)
  if (tag !== version)
    throw new Error(
      `The compose file has the image ${image}, and this check runs version ${version}. Make them equal.`,
    )
}
