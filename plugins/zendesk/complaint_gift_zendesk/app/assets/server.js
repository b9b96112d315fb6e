// Written anew by `complaint-gift zendesk package --server ...`.
export const SERVER = "https://cg.example.com";
