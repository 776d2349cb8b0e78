/** A query of the list of requests by name; its owner's, or everybody's when shared. */
export type View = {
  readonly id: number;
  readonly name: string;
  /** Filters, search and sort, as `/v1/requests` takes them. */
  readonly query: string;
  readonly shared: boolean;
  readonly ownerId: number;
  readonly ownerName: string;
  readonly createdAt: Date;
  readonly updatedAt: Date;
};
