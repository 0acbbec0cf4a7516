//! Where calls go.

use crate::harness::{Place, finish};

#[test]
fn an_endpoint_whose_port_is_none_is_refused_before_anything_is_sent() {
    for port in ["", "0", "65536", "99999"] {
        let place = Place::new();
        place.sheet(&[("CG1", "aa")]);
        let endpoint = format!("http://127.0.0.1:{port}/openapi");
        let run = finish(&mut place.run(&endpoint, ["orders.csv"])).expect(2);
        assert!(run.stderr.contains("from 1 to 65535"), "{run:?}");
        assert_eq!(place.files(), ["orders.csv"]);
    }
}
