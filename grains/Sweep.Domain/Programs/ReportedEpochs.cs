using static System.FormattableString;

namespace Sweep.Domain.Programs;

/// <summary>
/// The numbers of a program's epochs. A program may count from 0 or from 1, or not at all: then its reports are counted.
/// </summary>
/// <param name="before">Epochs that earlier attempts have trained before the checkpoint from which this one goes on.</param>
public sealed class ReportedEpochs(int before)
{
    private long? _shift;

    /// <summary>The last epoch that was reported, from 1; that of the checkpoint before the first report.</summary>
    public int Last { get; private set; } = before;

    /// <summary>Takes the number of a report.</summary>
    /// <returns>Whether it is the next epoch, one that was reported before, or a mistake of the program, in words.</returns>
    public (bool IsNext, string? Mistake) Take(long? number)
    {
        if (number is { } own)
        {
            // The first report tells where the program begins to count.
            _shift ??= own == Last ? 1 : 0;
            var epoch = own + _shift.Value;
            if (epoch <= Last && epoch > 0)
                return (false, null);
            if (epoch != Last + 1)
            {
                var expected = _shift == 1 ? Last : Last + 1;
                return (false, Invariant($"the program reported epoch {own} where {expected} is next; ")
                    + "each epoch is reported once, in order, or without its number");
            }
        }

        Last++;
        return (true, null);
    }
}
