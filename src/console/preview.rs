//! What is about to be sent, in a few lines.

use crate::language::say;
use crate::run::{Preview, Sent};
use crate::text::{self, first_of, quoted};

pub fn preview(preview: &Preview, orders: u64) -> Vec<String> {
    let mut lines = match (&preview.first, &preview.last) {
        (Some(first), Some(last)) if first != last => {
            vec![sent("first", first), sent("last", last)]
        }
        (Some(only), _) => vec![sent("only", only)],
        (None, _) => Vec::new(),
    };
    let unlike = &preview.unlike;
    if unlike.orders > 0 {
        let places = unlike.first.iter();
        let places = places.map(|sent| {
            let line = say!("place-line", line = sent.line);
            format!("{line} {}", quoted(&sent.order))
        });
        let places = first_of(&places.collect::<Vec<_>>(), unlike.orders as usize);
        let orders = text::orders(orders);
        let count = unlike.orders;
        lines.push(say!(
            "preview-unlike",
            count = count,
            orders = orders,
            places = places
        ));
    }
    lines
}

fn sent(which: &str, sent: &Sent) -> String {
    let (order, flag) = (quoted(&sent.order), quoted(&sent.flag));
    let line = say!("place-line", line = sent.line);
    say!(
        "preview-sent",
        which = which,
        line = line,
        order = order,
        flag = flag
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(first: Option<u64>, last: Option<u64>, unlike: u64) -> Vec<String> {
        let sent = |line: u64| Sent {
            line,
            order: format!("CG {line}"),
            flag: "加急\u{a0}".to_owned(),
        };
        let mut of = Preview {
            first: first.map(sent),
            last: last.map(sent),
            ..Preview::default()
        };
        of.unlike.orders = unlike;
        of.unlike.first = (7..7 + unlike.min(3)).map(sent).collect();
        preview(&of, 500)
    }

    #[test]
    fn first_last_and_the_first_three_that_are_unlike() {
        assert_eq!(shown(None, None, 0), [""; 0]);
        let only = "first and last: line 2, \"CG 2\" gets \"加急\\u{a0}\"";
        assert_eq!(shown(Some(2), Some(2), 0), [only]);
        assert_eq!(
            shown(Some(2), Some(54), 1),
            [
                "first: line 2, \"CG 2\" gets \"加急\\u{a0}\"",
                "last: line 54, \"CG 54\" gets \"加急\\u{a0}\"",
                "1 of 500 orders looks unlike the rest: line 7 \"CG 7\"",
            ]
        );
        assert_eq!(
            shown(Some(2), Some(54), 4)[2],
            "4 of 500 orders look unlike the rest: line 7 \"CG 7\", line 8 \"CG 8\", line 9 \"CG 9\" and 1 more"
        );
    }
}
