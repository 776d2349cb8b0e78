/** A file that a browser has sent. */
export async function givenFile(file: File) {
  return { name: file.name, contentType: file.type, content: new Uint8Array(await file.arrayBuffer()) };
}
