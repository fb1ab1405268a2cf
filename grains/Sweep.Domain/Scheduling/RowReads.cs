using Sweep.Domain.Trials;

namespace Sweep.Domain.Scheduling;

/// <summary>
/// Reads of rows that are under way, and what was reported of trials meanwhile. A report is newer than rows whose read began before it, and
/// attempts only ever get higher numbers. After the read it counts no more: a standby that took over may lack the newest rows.
/// </summary>
internal sealed class RowReads
{
    private readonly Dictionary<TrialId, (int Newest, bool Runs)> _reported = [];
    private int _underWay;

    /// <summary>Begins a read, which is over when the result is disposed.</summary>
    public IDisposable Begin() => new Read(this);

    /// <summary>Notes what a trial's row contains after the end of an attempt.</summary>
    /// <param name="newest">Its newest attempt; 0 when that is not known.</param>
    /// <param name="runs">Whether that attempt runs.</param>
    public void Report(TrialId trial, int newest, bool runs)
    {
        if (_underWay == 0 || newest == 0)
            return;
        if (!_reported.TryGetValue(trial, out var known) || known.Newest < newest)
            _reported[trial] = (newest, runs);
        else if (known.Newest == newest)
            _reported[trial] = (newest, known.Runs && runs);
    }

    /// <summary>Whether a row is older than what was reported of its trial.</summary>
    public bool IsOutdated(UnfinishedTrial row) => _reported.TryGetValue(row.Id, out var known)
        && (row.Attempt < known.Newest || (row.Attempt == known.Newest && row.Worker is not null && !known.Runs));

    private sealed class Read : IDisposable
    {
        private readonly RowReads _reads;

        public Read(RowReads reads)
        {
            _reads = reads;
            reads._underWay++;
        }

        public void Dispose()
        {
            if (--_reads._underWay == 0)
                _reads._reported.Clear();
        }
    }
}
