/** An id where everything is text: in a path, a query or on the command line. */
export const ID_TEXT = /^[1-9]\d{0,14}$/;
