#include "db/error.h"

namespace goldsmith::db {

const char* to_string(ErrorKind kind) {
    switch (kind) {
        case ErrorKind::busy:
            return "busy";
        case ErrorKind::unique:
            return "unique";
        case ErrorKind::foreign_key:
            return "foreign key";
        case ErrorKind::constraint:
            return "constraint";
        case ErrorKind::full:
            return "full";
        case ErrorKind::corrupt:
            return "corrupt";
        case ErrorKind::read_only:
            return "read only";
        case ErrorKind::misuse:
            return "misuse";
        case ErrorKind::other:
            return "other";
    }
    return "other";
}

}  // namespace goldsmith::db
