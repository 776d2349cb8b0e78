/** A form with one file, in the field `file`. */
export function fileForm(name: string, content: string) {
  const head = `content-disposition: form-data; name="file"; filename="${name}"\r\ncontent-type: text/plain`;
  return {
    body: `--edge\r\n${head}\r\n\r\n${content}\r\n--edge--\r\n`,
    headers: { 'content-type': 'multipart/form-data; boundary=edge' },
  };
}
