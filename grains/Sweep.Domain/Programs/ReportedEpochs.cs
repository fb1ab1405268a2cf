using static System.FormattableString;

namespace Sweep.Domain.Programs;

/// <summary>
/// The numbers of a program's epochs. A program may count from 0 or from 1, or not at all: then its reports are counted.
/// </summary>
/// <param name="before">Epochs that earlier attempts have trained before the checkpoint from which this one goes on.</param>
/// <param name="first">
/// The number of the program's first epoch, 0 or 1, as earlier attempts have learned it; null where they have not. Without it an attempt
/// that repeats an epoch looks like one that goes on and counts from the other number.
/// </param>
public sealed class ReportedEpochs(int before, int? first = null)
{
    /// <summary>The number of the program's first epoch, 0 or 1; null before it is known.</summary>
    public int? First { get; private set; } = first;

    /// <summary>The last epoch that was reported, from 1; that of the checkpoint before the first report.</summary>
    public int Last { get; private set; } = before;

    /// <summary>Takes the number of a report.</summary>
    /// <returns>Whether it is the next epoch, one that was reported before, or a mistake of the program, in words.</returns>
    public (bool IsNext, string? Mistake) Take(long? number)
    {
        if (number is { } own)
        {
            // The first report tells where the program begins to count.
            First ??= own == Last ? 0 : 1;
            var epoch = own + 1 - First.Value;
            if (epoch <= Last && epoch > 0)
                return (false, null);
            if (epoch != Last + 1)
            {
                return (false, Invariant($"the program reported epoch {own} where {Last + First} is next; ")
                    + "each epoch is reported once, in order, or without its number");
            }
        }

        Last++;
        return (true, null);
    }
}
