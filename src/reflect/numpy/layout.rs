//! Where the items of an array lie.

/// numpy has no arrays of more dimensions.
const MAX_DIMENSIONS: usize = 64;

/// Shape and strides, both in the order of the axes. Strides are in bytes.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct Layout {
    /// Where the first item begins.
    pub(crate) start: usize,
    pub(crate) shape: Vec<usize>,
    pub(crate) strides: Vec<usize>,
}

impl Layout {
    /// Items one after another in C order, or in Fortran order. `None` where there are too many of them or too many axes.
    pub(crate) fn new(shape: Vec<usize>, item_size: usize, fortran: bool) -> Option<Self> {
        if shape.len() > MAX_DIMENSIONS {
            return None;
        }
        let mut strides = vec![0; shape.len()];
        let mut next = item_size;
        let mut step = |(length, stride): (&usize, &mut usize)| {
            *stride = next;
            next = next.checked_mul((*length).max(1))?;
            Some(())
        };
        let mut axes = shape.iter().zip(&mut strides);
        if fortran {
            axes.try_for_each(&mut step)?
        } else {
            axes.rev().try_for_each(&mut step)?
        }
        Some(Self { start: 0, shape, strides })
    }

    /// Items anywhere in `room` bytes. `None` where one would not lie in them, or there are too many of them or too many axes.
    pub(crate) fn strided(start: usize, shape: Vec<usize>, strides: Vec<usize>, item_size: usize, room: usize) -> Option<Self> {
        if shape.len() > MAX_DIMENSIONS || shape.len() != strides.len() {
            return None;
        }
        shape.iter().try_fold(item_size, |product, length| product.checked_mul((*length).max(1)))?;
        let layout = Self { start, shape, strides };
        if layout.len() == 0 {
            return Some(layout);
        }
        let far = |sum: usize, (length, stride): (&usize, &usize)| sum.checked_add(stride.checked_mul(length - 1)?);
        let last = layout.shape.iter().zip(&layout.strides).try_fold(start, far)?;
        (last.checked_add(item_size)? <= room).then_some(layout)
    }

    /// The items with this index on the first axis.
    pub(crate) fn at(mut self, index: usize) -> Option<Self> {
        let (length, stride) = (*self.shape.first()?, *self.strides.first()?);
        if index >= length {
            return None;
        }
        self.start = self.start.checked_add(stride.checked_mul(index)?)?;
        self.shape.remove(0);
        self.strides.remove(0);
        Some(self)
    }

    /// `numpy.transpose` of it.
    pub(crate) fn transposed(&self, axes: &[usize]) -> Option<Self> {
        let mut sorted = axes.to_vec();
        sorted.sort_unstable();
        if !sorted.into_iter().eq(0..self.shape.len()) {
            return None;
        }
        let pick = |from: &[usize]| axes.iter().filter_map(|axis| from.get(*axis).copied()).collect();
        Some(Self { start: self.start, shape: pick(&self.shape), strides: pick(&self.strides) })
    }

    /// How many items there are. It does not overflow, since the strides did not.
    pub(crate) fn len(&self) -> usize {
        if self.shape.contains(&0) { 0 } else { self.shape.iter().fold(1, |product, length| product.saturating_mul(*length)) }
    }

    /// Whether the items lie in C order without gaps, as `flags.c_contiguous` says.
    pub(crate) fn is_c(&self, item_size: usize) -> bool {
        self.is_contiguous(item_size, self.shape.iter().zip(&self.strides).rev())
    }

    /// Whether they lie in Fortran order without gaps, as `flags.f_contiguous` says.
    pub(crate) fn is_fortran(&self, item_size: usize) -> bool {
        self.is_contiguous(item_size, self.shape.iter().zip(&self.strides))
    }

    fn is_contiguous<'a>(&self, item_size: usize, axes: impl Iterator<Item = (&'a usize, &'a usize)>) -> bool {
        let mut next = item_size;
        self.len() == 0
            || axes.filter(|(length, _)| **length != 1).all(|(length, stride)| {
                let here = *stride == next;
                next = next.saturating_mul(*length);
                here
            })
    }

    /// Where each item begins, in C order of the indices.
    pub(crate) fn offsets(&self) -> Offsets {
        let axes: Vec<_> = self.shape.iter().copied().zip(self.strides.iter().copied()).collect();
        Offsets { index: vec![0; axes.len()], axes, offset: self.start, left: self.len() }
    }
}

/// Where each item begins, in C order of the indices.
#[derive(Clone, Debug)]
pub(crate) struct Offsets {
    /// Length and stride of each axis.
    axes: Vec<(usize, usize)>,
    index: Vec<usize>,
    offset: usize,
    left: usize,
}

impl Iterator for Offsets {
    type Item = usize;

    fn next(&mut self) -> Option<usize> {
        self.left = self.left.checked_sub(1)?;
        let here = self.offset;
        for ((length, stride), index) in self.axes.iter().zip(&mut self.index).rev() {
            *index += 1;
            if *index < *length {
                self.offset += stride;
                break;
            }
            self.offset -= stride * (*length - 1);
            *index = 0;
        }
        Some(here)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.left, Some(self.left))
    }
}

impl ExactSizeIterator for Offsets {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn orders() {
        for (fortran, strides, offsets) in
            [(false, vec![24, 8], vec![0, 8, 16, 24, 32, 40]), (true, vec![8, 16], vec![0, 16, 32, 8, 24, 40])]
        {
            let layout = Layout::new(vec![2, 3], 8, fortran).expect("a layout");
            assert_eq!(layout.strides, strides);
            assert_eq!(layout.offsets().collect::<Vec<_>>(), offsets);
            assert_eq!((layout.is_c(8), layout.is_fortran(8)), (!fortran, fortran));
        }
    }

    #[test]
    fn edges() {
        assert_eq!(Layout::new(vec![], 8, false).expect("a layout").offsets().collect::<Vec<_>>(), [0]);
        let empty = Layout::new(vec![0, 3], 8, false).expect("a layout");
        assert_eq!((empty.strides.as_slice(), empty.offsets().count()), (&[24, 8][..], 0));
        assert_eq!(Layout::new(vec![usize::MAX, 2], 1, false), None);
        assert_eq!(Layout::new(vec![1; 65], 1, false), None);
        assert_eq!(Layout::new(vec![2, 3], 1, false).expect("a layout").transposed(&[1, 1]), None);
    }
}
